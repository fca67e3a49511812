package import Items

/// A key attribute and its type.
package struct KeyAttribute: Hashable, Sendable {
    /// Raw values are the names on the wire.
    package enum ValueType: String, Hashable, Sendable, CaseIterable {
        case string = "S"
        case number = "N"
        case binary = "B"
    }

    package var name: String
    package var type: ValueType

    package init(_ name: String, _ type: ValueType) {
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

/// The key of a table or of an index.
package struct KeySchema: Hashable, Sendable {
    package var partition: KeyAttribute
    package var sort: KeyAttribute?

    package init(_ partition: KeyAttribute, _ sort: KeyAttribute? = nil) {
        self.partition = partition
        self.sort = sort
    }

    package var attributes: [KeyAttribute] { sort.map { [partition, $0] } ?? [partition] }
}
