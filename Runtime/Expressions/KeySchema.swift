package import Items

/// The types a key attribute may have; raw values as on the wire.
package enum KeyType: String, Hashable, Sendable {
    case string = "S"
    case number = "N"
    case binary = "B"
}

/// A key attribute and its type.
package struct KeyAttribute: Hashable, Sendable {
    package var name: String
    package var type: KeyType

    package init(_ name: String, _ type: KeyType) {
        self.name = name
        self.type = type
    }

    package static func == (a: KeyAttribute, b: KeyAttribute) -> Bool {
        a.type == b.type && AttributeName(a.name) == AttributeName(b.name)
    }

    package func accepts(_ value: AttributeValue) -> Bool {
        switch (type, value) {
        case (.string, .string), (.number, .number), (.binary, .binary): true
        default: false
        }
    }
}

/// The key of a table or index: a partition key (HASH), and a sort key (RANGE) or none.
///
/// Either half of a global index's key may be made of up to four attributes.
///
/// - Note: Source: Amazon DynamoDB Developer Guide, "Multi-attribute keys pattern".
package struct KeySchema: Hashable, Sendable {
    /// The attributes of either half at most.
    package static let halfAttributesMax = 4

    package var partition: KeyAttribute
    package var sort: KeyAttribute?
    /// What the partition key has besides its first attribute.
    package var furtherPartitions: [KeyAttribute]
    /// What the sort key has besides its first attribute.
    package var furtherSorts: [KeyAttribute]

    package init(
        partition: KeyAttribute, sort: KeyAttribute? = nil, furtherPartitions: [KeyAttribute] = [],
        furtherSorts: [KeyAttribute] = []
    ) {
        self.partition = partition
        self.sort = sort
        self.furtherPartitions = furtherPartitions
        self.furtherSorts = furtherSorts
    }

    package var isComposite: Bool { !furtherPartitions.isEmpty || !furtherSorts.isEmpty }

    package var partitions: [KeyAttribute] { [partition] + furtherPartitions }

    package var sorts: [KeyAttribute] { (sort.map { [$0] } ?? []) + furtherSorts }

    package var attributes: [KeyAttribute] {
        // Every write asks for them, and nearly no key is composite.
        guard isComposite else { return sort.map { [partition, $0] } ?? [partition] }
        return partitions + sorts
    }

    package func isSort(_ attribute: KeyAttribute) -> Bool {
        attribute == sort || furtherSorts.contains(attribute)
    }
}
