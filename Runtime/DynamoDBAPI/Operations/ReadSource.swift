import Expressions
import ItemDB
import Items
import JSON

extension DynamoDBService {
    /// What a read shows: the attributes that the older parameter names, or the expression's.
    static func projection(
        _ names: [String]?, _ expressions: inout ExpressionParameters
    ) throws(APIError) -> ProjectionExpression? {
        if let names { return ProjectionExpression(names.map { DocumentPath($0) }) }
        return try expressions.projection()
    }
}

/// What a query or scan reads: a table, or one of its indexes.
struct ReadSource: Sendable {
    var table: Table
    var index: TableIndex?

    var key: KeySchema { index?.key ?? table.key }

    /// The attributes of a starting key.
    private var cursor: [KeyAttribute] {
        var attributes = table.key.attributes
        for attribute in index?.key.attributes ?? [] where !attributes.contains(attribute) {
            attributes.append(attribute)
        }
        return attributes
    }

    /// A starting key must hold the keys of the table and the index, and nothing else.
    func check(_ start: Item, isQuery: Bool) throws(APIError) {
        let invalid = "The provided starting key is invalid"
        guard start.attributes.count == cursor.count else {
            throw .validation(isQuery || index != nil ? invalid : invalid + ": " + (KeyChecks.mismatch.message ?? ""))
        }
        if isQuery, index == nil, table.key.sort == nil {
            let shown = start.attributes.map { "\($0.key)=AttributeValue: \($0.value.javaText)" }.joined(
                separator: ", ")
            throw .validation("The provided exclusive start key is invalid: ExclusiveStartKey: {\(shown)}")
        }
        for attribute in cursor where start[attribute.name] == nil { throw .validation(invalid) }
        var tableKey = Item()
        for attribute in table.key.attributes { tableKey[attribute.name] = start[attribute.name] }
        do throws(APIError) {
            for attribute in key.attributes {
                guard let value = start[attribute.name], attribute.accepts(value) else { throw KeyChecks.mismatch }
            }
            try KeyChecks.check(key: tableKey, of: table.key)
        } catch { throw .validation(invalid + ": " + (error.message ?? "")) }
    }

    /// A filter may look at anything but the key that is queried by.
    func checkFilter(
        _ filter: ConditionExpression?, _ older: LegacyCondition?, _ olderName: String
    ) throws(APIError) {
        let names = Set(
            (filter?.paths.map(\.attribute) ?? older?.tests.map(\.attribute) ?? []).map { AttributeName($0) })
        for attribute in key.attributes where names.contains(AttributeName(attribute.name)) {
            throw .validation(
                "\(filter == nil ? olderName : "Filter Expression") can only contain non-primary key attributes: "
                    + "Primary key attribute: \(attribute.name)")
        }
        if let filter { try KeyChecks.check(paths: filter.paths, of: table) }
    }

    /// The attributes that the index holds; nil for all.
    var projectedNames: Set<AttributeName>? {
        guard let index else { return nil }
        let keys = cursor.map { AttributeName($0.name) }
        return switch index.definition.projection {
        case .all: nil
        case .keysOnly: Set(keys)
        case .include(let names): Set(keys + names.map { AttributeName($0) })
        }
    }
}

extension AttributeValue {
    fileprivate var javaText: String {
        switch self {
        case .string(let text): "{S:\(text)}"
        case .number(let number): "{N:\(number)}"
        case .binary(let bytes): "{B:\(Base64.text(of: bytes))}"
        default: "{\(typeName)}"
        }
    }
}

extension DynamoDBService {
    func readSource(_ request: Request) throws(APIError) -> ReadSource {
        let table = try table(request)
        guard let name = request.string("IndexName") else { return ReadSource(table: table) }
        guard let index = table.index(named: name) else {
            throw .validation("The table does not have the specified index: \(name)")
        }
        if !index.definition.isLocal, request.bool("ConsistentRead") == true {
            throw .validation("Consistent reads are not supported on global secondary indexes")
        }
        return ReadSource(table: table, index: index)
    }

    /// Reads a page and writes the answer.
    func page(
        _ request: Request, _ source: ReadSource, _ read: ReadRequest, filter: ConditionExpression?,
        olderFilter: LegacyCondition?, projection: ProjectionExpression?
    ) throws(APIError) -> DynamoDBResponse {
        var read = read
        let select = try Self.checkSelect(request, source, projection)
        if let projection { try KeyChecks.check(paths: projection.paths, of: source.table) }
        read.limit = request.int("Limit")
        read.countsOnly = select == "COUNT"
        read.fetchesWholeItems = try Self.fetchesWholeItems(select, source, projection)
        if let filter {
            read.filter = { filter.holds(for: $0) }
        } else if let olderFilter {
            read.filter = { olderFilter.holds(for: $0) }
        }
        let page = try reading { () throws(ReadFailure) in try database.page(read) }
        var writer = ResponseWriter(reserving: page.items.reduce(256) { $0 + $1.sizeBytes * 5 / 4 })
        if !read.countsOnly {
            writer.array("Items") { writer in
                for item in page.items {
                    if let projection { writer.element(projection.apply(to: item.item)) } else { writer.element(item) }
                }
            }
        }
        writer.member("Count", .number(JSONNumber(page.count)))
        writer.member("ScannedCount", .number(JSONNumber(page.scannedCount)))
        if let last = page.lastKey { writer.member("LastEvaluatedKey", last) }
        let detail = Capacity.detail(of: request)
        if detail != .none {
            var units = Capacity.read(
                sizeBytes: page.scannedSizeBytes, isConsistent: request.bool("ConsistentRead") ?? false)
            if case .segment(0, 1) = read.rows, read.after == nil, page.lastKey == nil {
                units = max(units, Self.wholeScanUnitsMin(source, request))
            }
            var capacity = Capacity()
            if let index = source.index {
                capacity.add(units, toIndex: index.name, of: source.table)
            } else {
                capacity.tableUnits = units
            }
            writer.member("ConsumedCapacity", capacity.json(request.string("TableName") ?? source.table.name, detail))
        }
        return writer.finished()
    }

    /// A table on demand has four partitions from the start, and a scan of all of it reads each.
    ///
    /// - Note: Source: observed; https://stackoverflow.com/questions/70121087.
    private static func wholeScanUnitsMin(_ source: ReadSource, _ request: Request) -> Double {
        guard source.index == nil, TableSettings(source.table.settings).isOnDemand else { return 0 }
        return 4 * Capacity.read(sizeBytes: 0, isConsistent: request.bool("ConsistentRead") ?? false)
    }

    /// What to return: the parameter, or what follows from the others.
    private static func checkSelect(
        _ request: Request, _ source: ReadSource, _ projection: ProjectionExpression?
    ) throws(APIError) -> String {
        let parameter = request.has("AttributesToGet") ? "AttributesToGet" : "ProjectionExpression"
        guard let select = request.string("Select") else {
            return projection != nil ? "SPECIFIC_ATTRIBUTES" : "ALL_PROJECTED_ATTRIBUTES"
        }
        switch select {
        case "SPECIFIC_ATTRIBUTES":
            guard projection != nil else {
                throw .validation(
                    "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
            }
        case _ where projection != nil:
            throw .validation(
                "Cannot specify the \(parameter) when choosing to get \(select == "COUNT" ? "only the Count" : select)")
        case "ALL_PROJECTED_ATTRIBUTES":
            guard source.index != nil else {
                throw .validation("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
            }
        default: break
        }
        return select
    }

    /// Whether the index does not hold what is asked for. A local index then looks it up in the table, a global one
    /// refuses.
    private static func fetchesWholeItems(
        _ select: String, _ source: ReadSource, _ projection: ProjectionExpression?
    ) throws(APIError) -> Bool {
        guard let index = source.index, let held = source.projectedNames else { return false }
        if select == "ALL_ATTRIBUTES" {
            guard index.definition.isLocal else {
                throw .invalid(
                    "Select type ALL_ATTRIBUTES is not supported for global secondary index \(index.name) "
                        + "because its projection type is not ALL")
            }
            return true
        }
        let missing = (projection?.paths.map(\.attribute) ?? []).filter { !held.contains(AttributeName($0)) }
        guard !missing.isEmpty else { return false }
        guard index.definition.isLocal else {
            throw .invalid(
                "Global secondary index \(index.name) does not project \(JavaText.of(.array(missing.map { .string($0) })))"
            )
        }
        return true
    }
}
