import Expressions
import ItemDB
import Items
import JSON

extension DynamoDBService {
    /// - Note: Source: Amazon DynamoDB API Reference, GetItem.
    func getItem(_ request: Request) throws(APIError) -> DynamoDBResponse {
        try RuleChecker.check(request.members, RequestFields.getItem)
        try ExpressionParameters.checkMix(
            request, expressions: ["ProjectionExpression"], older: ["AttributesToGet"])
        let key = try AttributeValueReader.item(request.object("Key") ?? JSONObject())
        let projection = try Self.projection(request)
        let table = try table(request)
        try KeyChecks.check(key: key, of: table.key)
        if let projection { try KeyChecks.check(paths: projection.paths, of: table) }
        let item = try reading { () throws(ReadFailure) in try database.item(table, key) }
        var writer = ResponseWriter(reserving: (item?.sizeBytes ?? 0) * 5 / 4 + 256)
        if let item {
            if let projection {
                writer.member("Item", projection.apply(to: item.item))
            } else {
                writer.member("Item", item)
            }
        }
        let detail = Capacity.detail(of: request)
        if detail != .none {
            let units = Capacity.read(
                sizeBytes: item?.sizeBytes ?? 0, isConsistent: request.bool("ConsistentRead") ?? false)
            writer.member(
                "ConsumedCapacity", Capacity(tableUnits: units).json(request.string("TableName") ?? table.name, detail))
        }
        return writer.finished()
    }

    /// What ProjectionExpression or AttributesToGet choose; nil if neither is given.
    static func projection(_ request: Request) throws(APIError) -> ProjectionExpression? {
        if let names = try attributesToGet(request) { return ProjectionExpression(names.map { DocumentPath($0) }) }
        var expressions = try ExpressionParameters(request)
        let projection = try expressions.projection()
        try expressions.checkAllUsed()
        return projection
    }

    static func attributesToGet(_ request: Request) throws(APIError) -> [String]? {
        guard let names = request.strings("AttributesToGet") else { return nil }
        var seen: Set<String> = []
        for name in names {
            try AttributeValueReader.checkName(name)
            guard seen.insert(name).inserted else {
                throw .invalid("Duplicate value in attribute name: \(name)")
            }
        }
        return names
    }

    func reading<Value>(_ body: () throws(ReadFailure) -> Value) throws(APIError) -> Value {
        do { return try body() } catch { throw .of(error) }
    }
}
