import ItemDB
import Items
import JSON

extension DynamoDBService {
    /// - Note: Source: Amazon DynamoDB API Reference, BatchExecuteStatement.
    func batchExecuteStatement(_ request: Request, _ completion: @escaping Completion) throws(APIError) {
        try RuleChecker.check(request.members, RequestFields.batchExecuteStatement)
        let entries = request.structures("Statements") ?? []
        var statements: [Result<Statement, APIError>] = []
        for entry in entries {
            do throws(APIError) { statements.append(.success(try Self.statement(entry))) } catch {
                statements.append(.failure(error))
            }
        }
        let kinds = Set(statements.compactMap { try? $0.get().isRead })
        guard kinds.count < 2 else {
            throw .validation("BatchExecuteStatement requires that all statements are of the same type: read or write")
        }
        executeNext(statements[...], of: entries, [], completion)
    }

    /// Each by itself, in order.
    private func executeNext(
        _ rest: ArraySlice<Result<Statement, APIError>>, of entries: [Request], _ answers: [JSONValue],
        _ completion: @escaping Completion
    ) {
        guard let first = rest.first else {
            completion(Self.response(["Responses": .array(answers)]))
            return
        }
        let entry = entries[answers.count]
        let next = { @Sendable [self] (answer: JSONObject) in
            var answer = answer
            if let table = (try? first.get())?.table { answer["TableName"] = .string(table) }
            executeNext(rest.dropFirst(), of: entries, answers + [.object(answer)], completion)
        }
        do throws(APIError) {
            let statement = try first.get()
            let table = try statementTable(statement)
            if case .select(let select) = statement {
                next(try item(select, table))
            } else {
                var write = try StatementWrite(statement, table)
                write.request["ReturnValuesOnConditionCheckFailure"] = entry.value(
                    "ReturnValuesOnConditionCheckFailure")
                try perform(write) { next(Self.batchAnswer($0)) }
            }
        } catch {
            next(Self.batchAnswer(error.response))
        }
    }

    /// The one item that a SELECT within a batch or transaction names.
    private func item(_ select: SelectStatement, _ table: Table) throws(APIError) -> JSONObject {
        let shown = try StatementSelect(select, table)
        let key = try Self.key(select, table)
        let item = try reading { () throws(ReadFailure) in try database.item(table, key) }?.item
        guard let item, shown.read.filter?(item) ?? true else { return [:] }
        return ["Item": shown.shown(item).dynamoDBJSON]
    }

    static func key(_ select: SelectStatement, _ table: Table) throws(APIError) -> Item {
        guard let condition = select.condition, select.index == nil,
            let members = try? StatementWrite.split(condition, table).key
        else {
            throw .validation(
                "Select statements within BatchExecuteStatement must specify the primary key in the where clause.")
        }
        let key = try AttributeValueReader.item(members)
        try KeyChecks.check(key: key, of: table.key)
        return key
    }

    private static func batchAnswer(_ response: DynamoDBResponse) -> JSONObject {
        guard response.status != 200, let body = try? parseJSON(response.body) else { return [:] }
        var error: JSONObject = ["Code": .string(code(body["__type"]?.string ?? ""))]
        error["Message"] = body["message"] ?? body["Message"]
        error["Item"] = body["Item"]
        return ["Error": .object(error)]
    }

    /// - Note: Source: Amazon DynamoDB API Reference, BatchStatementError, Code.
    private static func code(_ type: String) -> String {
        switch APIError.Kind(rawValue: type) {
        case .conditionalCheckFailed: "ConditionalCheckFailed"
        case .duplicateItem: "DuplicateItem"
        case .resourceNotFound: "ResourceNotFound"
        case .throughputExceeded: "ProvisionedThroughputExceeded"
        case .internalServerError: "InternalServerError"
        default: "ValidationError"
        }
    }
}
