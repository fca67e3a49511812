import ItemDB
import JSON

// Time to live, tags, limits and endpoints.

extension DynamoDBService {
    /// - Note: Source: Amazon DynamoDB API Reference, UpdateTimeToLive.
    func updateTimeToLive(_ request: Request, _ completion: @escaping Completion) throws(APIError) {
        try RuleChecker.check(request.members, RequestFields.updateTimeToLive)
        let table = try table(request)
        let specification = request.structure("TimeToLiveSpecification")
        let attribute = specification?.string("AttributeName") ?? ""
        let isEnabled = specification?.bool("Enabled") ?? false
        guard isEnabled != (table.timeToLive != nil) else {
            throw .validation("TimeToLive is already \(isEnabled ? "enabled" : "disabled")")
        }
        if !isEnabled, let current = table.timeToLive, current != attribute {
            throw .validation("TimeToLive is active on a different AttributeName: current AttributeName is \(current)")
        }
        var update = TableUpdate()
        update.timeToLive = isEnabled ? .set(attribute) : .clear
        database.updateTable(table.name, update) { [self] result in
            completion(
                answer(result) { _ in
                    ["TimeToLiveSpecification": ["AttributeName": .string(attribute), "Enabled": .bool(isEnabled)]]
                })
        }
    }

    /// - Note: Source: Amazon DynamoDB API Reference, DescribeTimeToLive.
    func describeTimeToLive(_ request: Request) throws(APIError) -> DynamoDBResponse {
        try RuleChecker.check(request.members, RequestFields.oneTable)
        var description: JSONObject = ["TimeToLiveStatus": "DISABLED"]
        if let attribute = try table(request).timeToLive {
            description = ["AttributeName": .string(attribute), "TimeToLiveStatus": "ENABLED"]
        }
        return Self.response(["TimeToLiveDescription": .object(description)])
    }

    // MARK: Tags

    private static let tagsMax = 50

    static func tags(_ request: Request) throws(APIError) -> [String: String] {
        var tags: [String: String] = [:]
        for tag in request.structures("Tags") ?? [] {
            for text in [tag.string("Key"), tag.string("Value")].compactMap(\.self)
            where !text.unicodeScalars.allSatisfy(\.isForTags) {
                throw .invalid("Only letters, whitespace, numbers and + - = . _ : / @ are allowed in tags: \(text)")
            }
            tags[tag.string("Key") ?? ""] = tag.string("Value") ?? ""
        }
        guard tags.count <= tagsMax else { throw .validation("Too many tags: at most \(tagsMax) are allowed") }
        return tags
    }

    /// - Note: Source: Amazon DynamoDB API Reference, TagResource.
    func tagResource(_ request: Request, _ completion: @escaping Completion) throws(APIError) {
        try RuleChecker.check(request.members, RequestFields.tagResource)
        let added = try Self.tags(request)
        guard !added.isEmpty else {
            throw .validation("Atleast one Tag needs to be provided as Input.")
        }
        try changeTags(request, completion) { $0.merge(added) { _, new in new } }
    }

    /// - Note: Source: Amazon DynamoDB API Reference, UntagResource.
    func untagResource(_ request: Request, _ completion: @escaping Completion) throws(APIError) {
        try RuleChecker.check(request.members, RequestFields.untagResource)
        let names = request.strings("TagKeys") ?? []
        guard !names.isEmpty else {
            throw .validation("Atleast one Tag Key needs to be provided as Input.")
        }
        try changeTags(request, completion) { tags in for name in names { tags[name] = nil } }
    }

    private func changeTags(
        _ request: Request, _ completion: @escaping Completion, _ change: (inout [String: String]) -> Void
    ) throws(APIError) {
        let table = try resource(request)
        var settings = TableSettings(table.settings)
        change(&settings.tags)
        guard settings.tags.count <= Self.tagsMax else {
            throw .validation("Too many tags: at most \(Self.tagsMax) are allowed")
        }
        var update = TableUpdate()
        update.settings = settings.item
        database.updateTable(table.name, update) { result in
            switch result {
            case .success: completion(DynamoDBResponse(status: 200, body: []))
            case .failure(let failure): completion(APIError.of(failure).response)
            }
        }
    }

    /// - Note: Source: Amazon DynamoDB API Reference, ListTagsOfResource.
    func listTagsOfResource(_ request: Request) throws(APIError) -> DynamoDBResponse {
        try RuleChecker.check(request.members, RequestFields.listTagsOfResource)
        let tags = TableSettings(try resource(request).settings).tags.sorted { $0.key < $1.key }
        return Self.response(
            ["Tags": .array(tags.map { ["Key": .string($0.key), "Value": .string($0.value)] })])
    }

    /// The table of an ARN.
    private func resource(_ request: Request) throws(APIError) -> Table {
        let arn = request.string("ResourceArn") ?? ""
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.first == "arn" else { throw .validation("ARNs must start with 'arn:': \(arn)") }
        guard parts.count == 6, parts[2] == "dynamodb", parts[5].hasPrefix("table/"),
            !parts[5].dropFirst(6).contains("/")
        else { throw .validation("Invalid TableArn: Invalid ResourceArn provided as input \(arn)") }
        guard parts[4] == accountID[...] else {
            throw APIError(
                kind: .accessDenied,
                message:
                    "User: arn:aws:iam::\(accountID):root is not authorized to perform: dynamodb:ListTagsOfResource "
                    + "on resource: \(arn)")
        }
        guard let table = database.table(named: String(parts[5].dropFirst(6))), arn == tableARN(table.name) else {
            throw APIError(
                kind: .resourceNotFound, message: "Requested resource not found: ResourcArn: \(arn) not found")
        }
        return table
    }

    // MARK: The account

    /// - Note: Source: Amazon DynamoDB API Reference, DescribeLimits; Developer Guide, "Quotas".
    func describeLimits() -> DynamoDBResponse {
        Self.response([
            "AccountMaxReadCapacityUnits": 80_000, "AccountMaxWriteCapacityUnits": 80_000,
            "TableMaxReadCapacityUnits": 40_000, "TableMaxWriteCapacityUnits": 40_000,
        ])
    }

    /// - Note: Source: Amazon DynamoDB API Reference, DescribeEndpoints.
    func describeEndpoints(_ host: String?) -> DynamoDBResponse {
        Self.response([
            "Endpoints": [
                ["Address": .string(host ?? "dynamodb.\(region).amazonaws.com"), "CachePeriodInMinutes": 1_440]
            ]
        ])
    }
}

extension Unicode.Scalar {
    /// - Note: Source: Amazon DynamoDB Developer Guide, "Tagging restrictions".
    fileprivate var isForTags: Bool {
        properties.isAlphabetic || properties.isWhitespace || properties.numericType != nil
            || ["+", "-", "=", ".", "_", ":", "/", "@"].contains(self)
    }
}
