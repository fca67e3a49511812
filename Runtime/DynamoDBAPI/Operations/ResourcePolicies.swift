import ItemDB
import JSON
import Time

// Policies of tables. They are kept and shown; nothing is granted or denied by them, as there are no users here.

extension DynamoDBService {
    /// - Note: Source: Amazon DynamoDB API Reference, PutResourcePolicy.
    private static let policySizeBytesMax = 20 << 10
    /// In place of a revision: there must be no policy yet.
    private static let noPolicy = "NO_POLICY"

    /// - Note: Source: Amazon DynamoDB API Reference, PutResourcePolicy.
    func putResourcePolicy(_ request: Request, _ completion: @escaping Completion) throws(APIError) {
        try RuleChecker.check(request.members, RequestFields.putResourcePolicy)
        let text = request.string("Policy") ?? ""
        guard text.utf8.count <= Self.policySizeBytesMax else {
            throw .invalid("The policy is larger than \(Self.policySizeBytesMax) bytes")
        }
        guard case .object? = try? parseJSON(Array(text.utf8)) else {
            throw .invalid("The policy is no JSON object")
        }
        let (table, stored) = try policy(request)
        try Self.checkRevision(request, stored, of: table)
        if let stored, stored.text.utf8.elementsEqual(text.utf8) {
            return completion(Self.response(["RevisionId": .string(String(stored.revision))]))
        }
        // Revisions are instants, and later ones are greater.
        let revision = max(Int(clock().milliseconds), (stored?.revision ?? 0) + 1)
        set(TableSettings.Policy(text: text, revision: revision), of: table, shown: revision, completion)
    }

    /// - Note: Source: Amazon DynamoDB API Reference, GetResourcePolicy.
    func getResourcePolicy(_ request: Request) throws(APIError) -> DynamoDBResponse {
        try RuleChecker.check(request.members, RequestFields.getResourcePolicy)
        let (table, stored) = try policy(request)
        guard let stored else { throw Self.policyNotFound(tableARN(table.name)) }
        return Self.response([
            "Policy": .string(stored.text), "RevisionId": .string(String(stored.revision)),
        ])
    }

    /// - Note: Source: Amazon DynamoDB API Reference, DeleteResourcePolicy.
    func deleteResourcePolicy(_ request: Request, _ completion: @escaping Completion) throws(APIError) {
        try RuleChecker.check(request.members, RequestFields.deleteResourcePolicy)
        let (table, stored) = try policy(request)
        try Self.checkRevision(request, stored, of: table)
        guard let stored else { return completion(Self.response([:])) }
        set(nil, of: table, shown: stored.revision, completion)
    }

    private func policy(_ request: Request) throws(APIError) -> (Table, TableSettings.Policy?) {
        let arn = request.string("ResourceArn") ?? ""
        guard arn.isARN else { throw .validation("Invalid ResourceArn: ARNs must start with 'arn:': \(arn)") }
        guard !arn.contains("/stream/") else {
            throw .validation("Policies of streams are not supported by this emulator: \(arn)")
        }
        guard let table = try tableIfAny(arn) else { throw .tableNotFound(Self.tableName(of: arn)) }
        return (table, TableSettings(table.settings).policy)
    }

    private static func checkRevision(
        _ request: Request, _ stored: TableSettings.Policy?, of table: Table
    ) throws(APIError) {
        guard let expected = request.string("ExpectedRevisionId") else { return }
        switch (expected, stored) {
        case (noPolicy, nil): return
        case (noPolicy, let stored?):
            throw policyNotFound(
                "Requested policy update expecting none to be present for table \(table.name), but a policy exists with "
                    + "revision id \(stored.revision).")
        case (_, nil):
            throw policyNotFound(
                "Requested update for policy with revision id \(expected), but no policy is associated to target table "
                    + "\(table.name).")
        case (_, let stored?):
            guard expected != String(stored.revision) else { return }
            throw policyNotFound(
                "Requested update for policy with revision id \(expected), but the policy associated to target table "
                    + "\(table.name) has revision id \(stored.revision).")
        }
    }

    private static func policyNotFound(_ reason: String) -> APIError {
        APIError(
            kind: .policyNotFound,
            message: "Resource-based policy not found for the provided ResourceArn: \(reason)")
    }

    private func set(
        _ policy: TableSettings.Policy?, of table: Table, shown revision: Int, _ completion: @escaping Completion
    ) {
        var settings = TableSettings(table.settings)
        settings.policy = policy
        var update = TableUpdate()
        update.settings = settings.item
        database.updateTable(table.name, update) { [self] result in
            completion(answer(result) { _ in ["RevisionId": .string(String(revision))] })
        }
    }
}
