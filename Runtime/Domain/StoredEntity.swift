package import Items
import Time

/// Something kept as one item.
package protocol StoredEntity: Sendable {
    /// - Throws: when an attribute is missing or of another type: a bug or a hand at the table, never a user's doing.
    init(item: Item) throws(MalformedItem)
}

/// A stored item that is not what its key says it is.
package struct MalformedItem: Error, Hashable, Sendable, CustomStringConvertible {
    package let entity: String
    package let attribute: String

    package init(_ entity: String, _ attribute: String) {
        self.entity = entity
        self.attribute = attribute
    }

    /// Names the place and not the value, which may be personal.
    package var description: String { "a stored \(entity) has no proper attribute `\(attribute)`" }
}

/// Takes typed attributes out of an item.
struct ItemReader {
    let item: Item
    let entity: String

    init(_ item: Item, _ entity: String) {
        self.item = item
        self.entity = entity
    }

    func string(_ name: String) throws(MalformedItem) -> String {
        guard let value = item[name]?.string else { throw MalformedItem(entity, name) }
        return value
    }

    func integer(_ name: String) throws(MalformedItem) -> Int {
        guard let value = item[name]?.integer else { throw MalformedItem(entity, name) }
        return value
    }

    func time(_ name: String) throws(MalformedItem) -> Timestamp {
        Timestamp(milliseconds: Int64(try integer(name)))
    }

    func maps(_ name: String) throws(MalformedItem) -> [Item] {
        guard let list = item[name]?.list else { throw MalformedItem(entity, name) }
        var maps: [Item] = []
        for element in list {
            guard let map = element.map else { throw MalformedItem(entity, name) }
            maps.append(Item(map))
        }
        return maps
    }

    func map(_ name: String) throws(MalformedItem) -> Item {
        guard let map = item[name]?.map else { throw MalformedItem(entity, name) }
        return Item(map)
    }

    /// An attribute that may be absent, but not of another type.
    func optional<Value>(
        _ name: String, _ read: (String) throws(MalformedItem) -> Value
    ) throws(MalformedItem) -> Value? {
        item[name] == nil ? nil : try read(name)
    }

    /// The rest of the partition key after `prefix`, which holds the entity's id.
    func id(after prefix: String) throws(MalformedItem) -> String {
        let partition = try string(ItemKey.partitionName)
        guard partition.hasPrefix(prefix) else { throw MalformedItem(entity, ItemKey.partitionName) }
        return String(partition.dropFirst(prefix.count))
    }
}

extension AttributeValue {
    /// Milliseconds since 1970, so that conditions can compare it.
    static func time(_ time: Timestamp) -> AttributeValue { .number(Int(time.milliseconds)) }

    /// Seconds since 1970, as DynamoDB wants a time to live.
    static func expiry(_ time: Timestamp) -> AttributeValue { .number(Int(time.secondsRoundedDown)) }
}
