import JSON

/// One thing that a request does to one resource, as policies name it.
package struct DynamoDBAccess: Hashable, Sendable {
    /// Such as `dynamodb:PutItem`.
    package var action: String
    /// An ARN, or `*`.
    package var resource: String
}

// What a caller must be allowed to do for a request to be carried out.
//
// Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon DynamoDB"; Amazon
// DynamoDB Developer Guide, "Using IAM with DynamoDB transactions" and "IAM security policies with PartiQL for
// DynamoDB".
extension DynamoDBService {
    func requiredAccess(_ operation: Operation, _ request: Request) -> [DynamoDBAccess] {
        let action = operation.rawValue
        switch operation {
        case .query, .scan:
            return [access(action, table: request.string("TableName"), index: request.string("IndexName"))]
        case .batchGetItem, .batchWriteItem:
            let tables = request.object("RequestItems")?.members.map(\.key) ?? []
            return tables.map { access(action, table: $0) }
        case .transactGetItems:
            let entries = request.structures("TransactItems") ?? []
            return entries.map { access("GetItem", table: $0.structure("Get")?.string("TableName")) }
        case .transactWriteItems:
            let actions = [
                "Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem",
                "ConditionCheck": "ConditionCheckItem",
            ]
            return (request.structures("TransactItems") ?? []).flatMap { entry in
                actions.compactMap { name, action in
                    entry.structure(name).map { access(action, table: $0.string("TableName")) }
                }
            }
        case .executeStatement: return [statementAccess(request)]
        case .batchExecuteStatement: return (request.structures("Statements") ?? []).map(statementAccess)
        case .executeTransaction: return (request.structures("TransactStatements") ?? []).map(statementAccess)
        case .listTables, .describeLimits, .describeEndpoints, .listBackups, .listExports, .listImports, .listStreams:
            return [DynamoDBAccess(action: "dynamodb:\(action)", resource: "*")]
        case .getRecords:
            let iterator = request.string("ShardIterator").flatMap(ShardIterator.init)
            return [DynamoDBAccess(action: "dynamodb:GetRecords", resource: iterator?.streamARN ?? "*")]
        default:
            let arn = ["StreamArn", "BackupArn", "ResourceArn", "TableArn", "ExportArn", "ImportArn"].lazy
                .compactMap(request.string).first
            if let arn { return [DynamoDBAccess(action: "dynamodb:\(action)", resource: arn)] }
            return [access(action, table: request.string("TableName") ?? request.string("TargetTableName"))]
        }
    }

    /// - Parameter table: a name or an ARN; nil, of a request that will be refused anyway, stands for any.
    private func access(_ action: String, table: String?, index: String? = nil) -> DynamoDBAccess {
        let arn = table.map { $0.isARN ? $0 : tableARN($0) } ?? "*"
        return DynamoDBAccess(action: "dynamodb:\(action)", resource: index.map { "\(arn)/index/\($0)" } ?? arn)
    }

    private func statementAccess(_ entry: Request) -> DynamoDBAccess {
        guard let statement = try? Self.statement(entry) else { return access("PartiQLSelect", table: nil) }
        switch statement {
        case .select(let select), .exists(let select):
            return access("PartiQLSelect", table: select.table, index: select.index)
        case .insert(let table, _): return access("PartiQLInsert", table: table)
        case .update(let update): return access("PartiQLUpdate", table: update.table)
        case .delete(let table, _, _): return access("PartiQLDelete", table: table)
        }
    }
}
