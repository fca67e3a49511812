import Expressions
import ItemDB
import Items
import JSON

extension DynamoDBService {
    /// - Note: Source: Amazon DynamoDB API Reference, ExecuteStatement.
    func executeStatement(_ request: Request, _ completion: @escaping Completion) throws(APIError) {
        try RuleChecker.check(request.members, RequestFields.executeStatement)
        let statement = try Self.statement(request)
        let table = try statementTable(statement)
        switch statement {
        case .select(let select): completion(try page(StatementSelect(select, table), request))
        case .exists: throw .validation("EXISTS can only be used within ExecuteTransaction")
        case .insert, .update, .delete:
            var write = try StatementWrite(statement, table)
            for name in ["ReturnConsumedCapacity", "ReturnValuesOnConditionCheckFailure"] {
                write.request[name] = request.value(name)
            }
            try perform(write) { response in
                guard response.status == 200, let answer = try? parseJSON(response.body).object else {
                    completion(response)
                    return
                }
                var shown: JSONObject = ["Items": .array(answer["Attributes"].map { [$0] } ?? [])]
                shown["ConsumedCapacity"] = answer["ConsumedCapacity"]
                completion(Self.response(shown))
            }
        }
    }

    static func statement(_ request: Request) throws(APIError) -> Statement {
        try StatementParser.parse(request.string("Statement") ?? "", parameters: request.array("Parameters") ?? [])
    }

    func statementTable(_ statement: Statement) throws(APIError) -> Table {
        guard let table = try tableIfAny(statement.table) else { throw .tableNotFound }
        return table
    }

    /// Carries a write out; an item that is there already has an error of its own.
    func perform(_ write: StatementWrite, _ completion: @escaping Completion) throws(APIError) {
        let request = Request(write.request)
        switch write.operation {
        case .putItem:
            try putItem(request) { response in
                let kind = response.status == 200 ? nil : (try? parseJSON(response.body))?["__type"]?.string
                completion(
                    kind == APIError.Kind.conditionalCheckFailed.rawValue ? APIError.duplicateItem.response : response)
            }
        case .updateItem: try updateItem(request, completion)
        case .deleteItem, .check: try deleteItem(request, completion)
        }
    }

    private func page(_ select: StatementSelect, _ request: Request) throws(APIError) -> DynamoDBResponse {
        var read = select.read
        read.limit = request.int("Limit")
        if let token = request.string("NextToken") {
            guard let bytes = Base64.bytes(of: token), let key = (try? parseJSON(bytes))?.object else {
                throw .validation("Invalid NextToken")
            }
            let start = try AttributeValueReader.item(key)
            try select.source.check(start, isQuery: false)
            read.after = start
        }
        read.fetchesWholeItems = select.source.index?.definition.isLocal ?? false
        let made = read
        let page = try reading { () throws(ReadFailure) in try database.page(made) }
        var writer = ResponseWriter(reserving: page.items.reduce(256) { $0 + $1.sizeBytes * 5 / 4 })
        writer.array("Items") { writer in
            for item in page.items { writer.element(select.shown(item.item)) }
        }
        if let last = page.lastKey {
            writer.member("NextToken", .string(Base64.text(of: last.dynamoDBJSON.compactBytes)))
            writer.member("LastEvaluatedKey", last)
        }
        let detail = Capacity.detail(of: request)
        if detail != .none {
            let units = Capacity.read(
                sizeBytes: page.scannedSizeBytes, isConsistent: request.bool("ConsistentRead") ?? false)
            var capacity = Capacity()
            if let index = select.source.index {
                capacity.add(units, toIndex: index.name, of: select.source.table)
            } else {
                capacity.tableUnits = units
            }
            writer.member("ConsumedCapacity", capacity.json(select.source.table.name, detail))
        }
        return writer.finished()
    }
}

extension APIError {
    static let duplicateItem = APIError(kind: .duplicateItem, message: "Duplicate primary key exists in table")
}
