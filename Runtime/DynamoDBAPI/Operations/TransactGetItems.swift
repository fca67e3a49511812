import Expressions
import ItemDB
import Items
import JSON

extension DynamoDBService {
    private struct TransactRead {
        var tableName: String
        var key: Item
        var projection: ProjectionExpression?
    }

    /// - Note: Source: Amazon DynamoDB API Reference, TransactGetItems.
    func transactGetItems(_ request: Request) throws(APIError) -> DynamoDBResponse {
        try RuleChecker.check(request.members, RequestFields.transactGetItems)
        var reads: [TransactRead] = []
        for entry in request.structures("TransactItems") ?? [] {
            let get = entry.structure("Get") ?? Request(JSONObject())
            try ExpressionParameters.checkMix(get, expressions: ["ProjectionExpression"], older: [])
            reads.append(
                TransactRead(
                    tableName: get.string("TableName") ?? "",
                    key: try AttributeValueReader.item(get.object("Key") ?? JSONObject()),
                    projection: try Self.projection(get)))
        }
        var tables: [Table] = []
        for read in reads {
            guard let table = try tableIfAny(read.tableName) else { throw .tableNotFound }
            tables.append(table)
        }
        try Self.checkEach(reads.count) { index throws(APIError) in
            try KeyChecks.check(key: reads[index].key, of: tables[index].key)
        }
        for (index, read) in reads.enumerated() {
            let earlier = zip(reads, tables).prefix(index)
            if earlier.contains(where: { $1.id == tables[index].id && $0.key == read.key }) {
                throw .validation("Transaction request cannot include multiple operations on one item")
            }
        }
        let wanted = zip(tables, reads).map { (table: $0, key: $1.key) }
        let items = try reading { () throws(ReadFailure) in try database.items(wanted) }
        return Self.response(reads, items, Capacity.detail(of: request))
    }

    private static func response(
        _ reads: [TransactRead], _ items: [StoredItem?], _ detail: Capacity.Detail
    ) -> DynamoDBResponse {
        var writer = ResponseWriter(reserving: 4_096)
        writer.array("Responses") { writer in
            for (read, item) in zip(reads, items) {
                writer.element { writer in
                    guard let item else { return }
                    if let projection = read.projection {
                        writer.member("Item", projection.apply(to: item.item))
                    } else {
                        writer.member("Item", item)
                    }
                }
            }
        }
        if detail != .none {
            var capacities: [(name: String, capacity: Capacity)] = []
            for (read, item) in zip(reads, items) {
                let place = capacities.firstIndex { $0.name == read.tableName } ?? capacities.count
                if place == capacities.count { capacities.append((read.tableName, Capacity())) }
                capacities[place].capacity.tableUnits += Capacity.read(
                    sizeBytes: item?.sizeBytes ?? 0, isConsistent: true, isTransaction: true)
            }
            writer.member(
                "ConsumedCapacity", .array(capacities.map { $0.capacity.json($0.name, detail, kind: .read) }))
        }
        return writer.finished()
    }
}
