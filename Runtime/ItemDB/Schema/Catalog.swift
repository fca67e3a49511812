import Expressions
import Items
import Time

/// Every table and stream there is.
struct Catalog: Sendable {
    private(set) var tables: [String: Table] = [:]
    /// Streams that record, and ended ones for the time of retention.
    var streams: [Int64: ChangeStream] = [:]
    /// The id of the next table, index or stream.
    var nextID: Int64 = 1

    mutating func put(_ table: Table) { tables[table.name] = table }
    mutating func remove(_ table: Table) { tables[table.name] = nil }

    mutating func takeID() -> Int64 {
        defer { nextID += 1 }
        return nextID
    }
}

// Tables and streams are kept as items: the encoding is there, and can take new attributes in later formats.

extension Table {
    var record: Item {
        var record: Item = [
            "key": key.record, "createdAt": .number(Int(createdAt.milliseconds)), "settings": .map(settings.attributes),
            "indexes": .list(indexes.map(\.record)),
        ]
        record["stream"] = stream.map { .number(Int($0.id)) }
        record["timeToLive"] = timeToLive.map { .string($0) }
        return record
    }

    convenience init?(id: Int64, name: String, record: Item, streams: [Int64: ChangeStream]) {
        guard let key = record["key"].flatMap(KeySchema.init(record:)),
            let createdAt = record["createdAt"]?.integer,
            let indexes = record["indexes"]?.list?.map(TableIndex.init(record:)), !indexes.contains(nil)
        else { return nil }
        self.init(
            id: id, name: name, key: key, indexes: indexes.compactMap { $0 },
            stream: record["stream"]?.integer.flatMap { streams[Int64($0)] },
            timeToLive: record["timeToLive"]?.string, createdAt: Timestamp(milliseconds: Int64(createdAt)),
            settings: Item(record["settings"]?.map ?? [:]))
    }
}

extension TableIndex {
    var record: AttributeValue {
        var record: AttributeMap = [
            "id": .number(Int(id)), "name": .string(name), "isLocal": .bool(definition.isLocal), "key": key.record,
        ]
        switch definition.projection {
        case .all: record["projection"] = .null
        case .keysOnly: record["projection"] = .list([])
        case .include(let names): record["projection"] = .list(names.map { .string($0) })
        }
        return .map(record)
    }

    init?(record: AttributeValue) {
        guard let id = record.map?["id"]?.integer, let name = record.map?["name"]?.string,
            let isLocal = record.map?["isLocal"]?.bool, let key = record.map?["key"].flatMap(KeySchema.init(record:))
        else { return nil }
        let names = record.map?["projection"]?.list?.compactMap(\.string)
        let projection = names.map { $0.isEmpty ? Projection.keysOnly : .include($0) } ?? .all
        self.init(
            id: Int64(id),
            definition: IndexDefinition(name: name, isLocal: isLocal, key: key, projection: projection))
    }
}

extension KeySchema {
    /// Name and type of each attribute in turn; then, if there are several in a half, how many the partition key has.
    var record: AttributeValue {
        let words = attributes.flatMap { [.string($0.name), .string($0.type.rawValue)] as [AttributeValue] }
        return .list(isComposite ? words + [.string(String(partitions.count))] : words)
    }

    init?(record: AttributeValue) {
        var words = record.list?.compactMap(\.string) ?? []
        let partitionCount = words.count % 2 == 1 ? words.popLast().flatMap { Int($0) } ?? 0 : 1
        guard words.count >= 2 else { return nil }
        let attributes = stride(from: 0, to: words.count, by: 2).compactMap { index in
            KeyType(rawValue: words[index + 1]).map { KeyAttribute(words[index], $0) }
        }
        guard attributes.count == words.count / 2, (1...attributes.count).contains(partitionCount) else { return nil }
        let sorts = attributes[partitionCount...]
        self.init(
            partition: attributes[0], sort: sorts.first, furtherPartitions: Array(attributes[1..<partitionCount]),
            furtherSorts: Array(sorts.dropFirst()))
    }
}

extension ChangeStream {
    var record: Item {
        var record: Item = [
            "table": .string(table), "key": key.record, "view": .string(view.rawValue),
            "createdAt": .number(Int(createdAt.milliseconds)),
        ]
        record["endedAt"] = endedAt.map { .number(Int($0.milliseconds)) }
        return record
    }

    init?(id: Int64, record: Item) {
        guard let table = record["table"]?.string, let key = record["key"].flatMap(KeySchema.init(record:)),
            let view = record["view"]?.string.flatMap(StreamView.init(rawValue:)),
            let createdAt = record["createdAt"]?.integer
        else { return nil }
        self.init(
            id: id, table: table, key: key, view: view, createdAt: Timestamp(milliseconds: Int64(createdAt)),
            endedAt: record["endedAt"]?.integer.map { Timestamp(milliseconds: Int64($0)) })
    }
}
