package import Expressions
package import Items
package import Time

/// A table as it stands: a value that never changes. An update of the table makes another one.
package final class Table: Sendable {
    package let name: String
    package let key: KeySchema
    package let indexes: [TableIndex]
    /// The stream that records the changes now, if one does.
    package let stream: ChangeStream?
    package let timeToLive: String?
    package let createdAt: Timestamp
    package let settings: Item
    /// Names the SQLite table; never used twice.
    package let id: Int64

    init(
        id: Int64, name: String, key: KeySchema, indexes: [TableIndex], stream: ChangeStream?, timeToLive: String?,
        createdAt: Timestamp, settings: Item
    ) {
        self.id = id
        self.name = name
        self.key = key
        self.indexes = indexes
        self.stream = stream
        self.timeToLive = timeToLive
        self.createdAt = createdAt
        self.settings = settings
    }

    package func index(named name: String) -> TableIndex? { indexes.first { $0.name == name } }

    /// Whether a write touches anything besides the item.
    var isPlain: Bool { indexes.isEmpty && timeToLive == nil }
}

/// A secondary index as it stands.
package struct TableIndex: Hashable, Sendable {
    package let id: Int64
    package let definition: IndexDefinition
    package var name: String { definition.name }
    package var key: KeySchema { definition.key }

    /// The attributes it holds, keys included; nil for all.
    func projectedNames(of table: KeySchema) -> Set<AttributeName>? {
        let keys = (table.attributes + key.attributes).map { AttributeName($0.name) }
        return switch definition.projection {
        case .all: nil
        case .keysOnly: Set(keys)
        case .include(let names): Set(keys + names.map { AttributeName($0) })
        }
    }
}

/// The record of a table's changes since the stream was switched on. It outlives the table for the time of retention.
package struct ChangeStream: Hashable, Sendable {
    /// Changes stay readable for this long, by the database's clock.
    package static let retention = Duration.seconds(24 * 60 * 60)

    package let id: Int64
    package let table: String
    package let key: KeySchema
    package let view: StreamView
    package let createdAt: Timestamp
    /// When the stream was switched off or its table deleted; nil while it records.
    package var endedAt: Timestamp?
}
