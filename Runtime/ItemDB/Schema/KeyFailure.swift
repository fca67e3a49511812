package import Expressions
package import Items

/// Why an item has no usable key.
package struct KeyFailure: Error, Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        case missing
        case wrongType(AttributeValue)
        case empty
        /// More than 2,048 bytes in a partition key, or 1,024 in a sort key.
        case tooLong
    }

    package var attribute: KeyAttribute
    package var isSort: Bool
    package var reason: Reason
    /// The index whose key it is; nil for the table's own.
    package var index: String?
}

extension KeySchema {
    /// - Note: Source: Amazon DynamoDB Developer Guide, "Quotas", Partition keys and sort keys.
    package static let partitionSizeBytesMax = 2_048
    package static let sortSizeBytesMax = 1_024

    /// The key attributes of an item or key.
    package func keyAttributes(of item: Item) -> Item {
        var key = Item()
        for attribute in attributes { key[attribute.name] = item[attribute.name] }
        return key
    }

    /// What keeps `value` from being the key attribute.
    static func problem(with value: AttributeValue?, type: KeyType, sizeBytesMax: Int) -> KeyFailure.Reason? {
        guard let value else { return .missing }
        let size: Int
        switch (value, type) {
        case (.string(let text), .string): size = text.utf8.count
        case (.binary(let bytes), .binary): size = bytes.count
        case (.number, .number): return nil
        default: return .wrongType(value)
        }
        if size == 0 { return .empty }
        return size > sizeBytesMax ? .tooLong : nil
    }

    func checkedPartition(_ value: AttributeValue?) throws(KeyFailure) -> AttributeValue {
        if let value, Self.problem(with: value, type: partition.type, sizeBytesMax: Self.partitionSizeBytesMax) == nil {
            return value
        }
        let reason = Self.problem(with: value, type: partition.type, sizeBytesMax: Self.partitionSizeBytesMax)
        throw KeyFailure(attribute: partition, isSort: false, reason: reason ?? .missing)
    }

    func checkedSort(_ value: AttributeValue?) throws(KeyFailure) -> AttributeValue? {
        guard let sort else { return nil }
        if let reason = Self.problem(with: value, type: sort.type, sizeBytesMax: Self.sortSizeBytesMax) {
            throw KeyFailure(attribute: sort, isSort: true, reason: reason)
        }
        return value
    }

    /// The row of a table whose primary key is this.
    func rowKey(of item: Item) throws(KeyFailure) -> RowKey {
        let partition = try checkedPartition(item[partition.name])
        let sort = try checkedSort(sort.flatMap { item[$0.name] })
        var row = RowKey(partition: partition)
        if let sort { KeyEncoding.append(sort, to: &row.bytes) }
        return row
    }
}
