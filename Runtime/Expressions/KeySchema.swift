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

    package func accepts(_ value: AttributeValue) -> Bool {
        switch (type, value) {
        case (.string, .string), (.number, .number), (.binary, .binary): true
        default: false
        }
    }
}

/// The key of a table or index: a partition key (HASH), and a sort key (RANGE) or none.
package struct KeySchema: Hashable, Sendable {
    package var partition: KeyAttribute
    package var sort: KeyAttribute?

    package init(partition: KeyAttribute, sort: KeyAttribute? = nil) {
        self.partition = partition
        self.sort = sort
    }

    package var attributes: [KeyAttribute] { [partition] + (sort.map { [$0] } ?? []) }
}
