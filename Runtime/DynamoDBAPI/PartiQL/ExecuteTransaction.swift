import ItemDB
import Items
import JSON

extension DynamoDBService {
    /// - Note: Source: Amazon DynamoDB API Reference, ExecuteTransaction.
    func executeTransaction(_ request: Request, _ completion: @escaping Completion) throws(APIError) {
        try RuleChecker.check(request.members, RequestFields.executeTransaction)
        let entries = request.structures("TransactStatements") ?? []
        var statements: [(statement: Statement, table: Table)] = []
        for entry in entries {
            let statement = try Self.statement(entry)
            statements.append((statement, try statementTable(statement)))
        }
        let reads = statements.filter { $0.statement.isRead }.count
        if reads == statements.count {
            completion(try readTogether(statements))
        } else if reads > 0 {
            throw .validation("A transaction can hold either reads or writes, not both")
        } else {
            try writeTogether(statements, entries, request, completion)
        }
    }

    private func readTogether(_ statements: [(statement: Statement, table: Table)]) throws(APIError) -> DynamoDBResponse
    {
        var selects: [StatementSelect] = []
        var keys: [(table: Table, key: Item)] = []
        for (statement, table) in statements {
            guard case .select(let select) = statement else { continue }
            selects.append(try StatementSelect(select, table))
            keys.append((table, try Self.key(select, table)))
        }
        let wanted = keys
        let items = try reading { () throws(ReadFailure) in try database.items(wanted) }
        let answers = zip(selects, items).map { select, stored -> JSONValue in
            guard let item = stored?.item, select.read.filter?(item) ?? true else { return [:] }
            return ["Item": select.shown(item).dynamoDBJSON]
        }
        return Self.response(["Responses": .array(answers)])
    }

    private func writeTogether(
        _ statements: [(statement: Statement, table: Table)], _ entries: [Request], _ request: Request,
        _ completion: @escaping Completion
    ) throws(APIError) {
        var actions: [JSONValue] = []
        var insertions: Set<Int> = []
        for (index, (statement, table)) in statements.enumerated() {
            var write = try StatementWrite(statement, table)
            guard write.request["ReturnValues"] == nil else {
                throw .validation("RETURNING can't be used within ExecuteTransaction")
            }
            if case .insert = statement { insertions.insert(index) }
            write.request["ReturnValuesOnConditionCheckFailure"] =
                entries[index].value("ReturnValuesOnConditionCheckFailure")
            actions.append(.object([write.operation.rawValue: .object(write.request)]))
        }
        var transaction: JSONObject = ["TransactItems": .array(actions)]
        transaction["ClientRequestToken"] = request.value("ClientRequestToken")
        transaction["ReturnConsumedCapacity"] = request.value("ReturnConsumedCapacity")
        let inserted = insertions
        try transactWriteItems(Request(transaction)) { response in
            completion(Self.transactionAnswer(response, count: entries.count, insertions: inserted))
        }
    }

    /// - Parameter insertions: where the statements are that may fail because there is an item already.
    private static func transactionAnswer(
        _ response: DynamoDBResponse, count: Int, insertions: Set<Int>
    ) -> DynamoDBResponse {
        guard var body = try? parseJSON(response.body).object else { return response }
        guard response.status != 200 else {
            body["Responses"] = .array([JSONValue](repeating: [:], count: count))
            return Self.response(body)
        }
        guard var reasons = body["CancellationReasons"]?.array else { return response }
        for index in insertions where reasons[index]["Code"] == "ConditionalCheckFailed" {
            reasons[index] = ["Code": "DuplicateItem", "Message": .string(APIError.duplicateItem.message ?? "")]
        }
        let codes = reasons.map { $0["Code"]?.string ?? "None" }
        body["CancellationReasons"] = .array(reasons)
        body["Message"] = .string(APIError.cancelledMessage(codes))
        return DynamoDBResponse(status: response.status, body: JSONValue.object(body).compactBytes)
    }
}
