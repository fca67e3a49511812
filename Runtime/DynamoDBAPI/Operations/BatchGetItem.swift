import Expressions
import ItemDB
import Items
import JSON

extension DynamoDBService {
    static let batchKeysMax = 100
    /// What one answer holds at most, in bytes as DynamoDB counts items.
    static let batchResponseSizeBytesMax = 16 << 20

    private struct BatchRead {
        var name: String
        var keys: [Item]
        var projection: ProjectionExpression?
        var isConsistent: Bool
        var request: Request
    }

    /// - Note: Source: Amazon DynamoDB API Reference, BatchGetItem.
    func batchGetItem(_ request: Request) throws(APIError) -> DynamoDBResponse {
        if request.object("RequestItems")?.isEmpty == true {
            throw .validation("The requestItems parameter is required for BatchGetItem")
        }
        try RuleChecker.check(request.members, RequestFields.batchGetItem)
        let reads = try Self.batchReads(request)
        var wanted: [(table: Table, key: Item)] = []
        for read in reads {
            guard let table = try tableIfAny(read.name) else { throw .tableNotFound }
            if let projection = read.projection { try KeyChecks.check(paths: projection.paths, of: table) }
            for key in read.keys {
                try KeyChecks.check(key: key, of: table.key)
                wanted.append((table, key))
            }
        }
        let items = try reading { () throws(ReadFailure) in try database.items(wanted) }
        return Self.response(reads, items, Capacity.detail(of: request))
    }

    private static func batchReads(_ request: Request) throws(APIError) -> [BatchRead] {
        var reads: [BatchRead] = []
        var count = 0
        for (name, json) in request.object("RequestItems") ?? JSONObject() {
            let entry = Request(json.object ?? JSONObject())
            try ExpressionParameters.checkMix(
                entry, expressions: ["ProjectionExpression"], older: ["AttributesToGet"])
            let listed = entry.array("Keys") ?? []
            guard listed.count <= batchKeysMax else {
                throw .validation(
                    "1 validation error detected: Value at 'RequestItems.\(name).member.Keys' failed to satisfy "
                        + "constraint: Member must have length less than or equal to \(batchKeysMax)")
            }
            let projection = try projection(entry)
            var keys: [Item] = []
            var seen: Set<Item> = []
            for json in listed {
                let key = try AttributeValueReader.item(json.object ?? JSONObject())
                guard seen.insert(key).inserted else {
                    throw .validation("Provided list of item keys contains duplicates")
                }
                keys.append(key)
            }
            count += keys.count
            guard count <= batchKeysMax else {
                throw .validation("Too many items requested for the BatchGetItem call")
            }
            reads.append(
                BatchRead(
                    name: name, keys: keys, projection: projection, isConsistent: entry.bool("ConsistentRead") ?? false,
                    request: entry))
        }
        return reads
    }

    private static func response(
        _ reads: [BatchRead], _ items: [StoredItem?], _ detail: Capacity.Detail
    ) -> DynamoDBResponse {
        var rest = items[...]
        var sizeBytes = 0
        var unprocessed = JSONObject()
        var capacities: [JSONValue] = []
        var writer = ResponseWriter(reserving: 4_096)
        writer.object("Responses") { writer in
            for read in reads {
                var (units, leftOver) = (0.0, [Item]())
                writer.array(read.name) { writer in
                    for (key, item) in zip(read.keys, rest) {
                        sizeBytes += item?.sizeBytes ?? 0
                        guard sizeBytes <= batchResponseSizeBytesMax else {
                            leftOver.append(key)
                            continue
                        }
                        units += Capacity.read(sizeBytes: item?.sizeBytes ?? 0, isConsistent: read.isConsistent)
                        guard let item else { continue }
                        if let projection = read.projection {
                            writer.element(projection.apply(to: item.item))
                        } else {
                            writer.element(item)
                        }
                    }
                }
                rest = rest.dropFirst(read.keys.count)
                capacities.append(Capacity(tableUnits: units).json(read.name, detail))
                if !leftOver.isEmpty {
                    var again = read.request.members
                    again["Keys"] = .array(leftOver.map(\.dynamoDBJSON))
                    unprocessed[read.name] = .object(again)
                }
            }
        }
        writer.member("UnprocessedKeys", .object(unprocessed))
        if detail != .none { writer.member("ConsumedCapacity", .array(capacities)) }
        return writer.finished()
    }
}
