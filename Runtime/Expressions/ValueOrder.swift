package import Items

/// DynamoDB's notions of sameness and order. They differ from Swift's: strings count by their UTF-8 bytes, not by what
/// they look like, and the order of a set does not count.
extension AttributeValue {
    /// The name of the type on the wire.
    package var typeName: String {
        switch self {
        case .string: "S"
        case .number: "N"
        case .binary: "B"
        case .bool: "BOOL"
        case .null: "NULL"
        case .list: "L"
        case .map: "M"
        case .stringSet: "SS"
        case .numberSet: "NS"
        case .binarySet: "BS"
        }
    }

    /// The name of the type in the messages about ADD and DELETE.
    var typeTitle: String {
        switch self {
        case .string: "STRING"
        case .number: "NUMBER"
        case .binary: "BINARY"
        case .bool: "BOOLEAN"
        case .null: "NULL"
        case .list: "LIST"
        case .map: "MAP"
        case .stringSet: "STRING_SET"
        case .numberSet: "NUMBER_SET"
        case .binarySet: "BINARY_SET"
        }
    }

    package func isSame(as other: AttributeValue) -> Bool {
        switch (self, other) {
        case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
        case (.number(let a), .number(let b)): a == b
        case (.binary(let a), .binary(let b)): a == b
        case (.bool(let a), .bool(let b)): a == b
        case (.null, .null): true
        case (.list(let a), .list(let b)): a.count == b.count && zip(a, b).allSatisfy { $0.isSame(as: $1) }
        case (.map(let a), .map(let b)):
            a.count == b.count && a.allSatisfy { name, value in b[name].map { value.isSame(as: $0) } ?? false }
        case (.stringSet(let a), .stringSet(let b)): a.count == b.count && Set(a.map(\.bytes)) == Set(b.map(\.bytes))
        case (.numberSet(let a), .numberSet(let b)): a.count == b.count && Set(a) == Set(b)
        case (.binarySet(let a), .binarySet(let b)): a.count == b.count && Set(a) == Set(b)
        default: false
        }
    }

    /// True, false, or nil if the two are not both strings, both numbers or both binaries.
    package func isLess(than other: AttributeValue) -> Bool? {
        switch (self, other) {
        case (.string(let a), .string(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
        case (.number(let a), .number(let b)): a < b
        case (.binary(let a), .binary(let b)): a.lexicographicallyPrecedes(b)
        default: nil
        }
    }

    /// Whether strings and binaries of this value begin with `prefix`; false for other types and mixed ones.
    package func begins(with prefix: AttributeValue) -> Bool {
        switch (self, prefix) {
        case (.string(let text), .string(let start)): text.utf8.starts(with: start.utf8)
        case (.binary(let bytes), .binary(let start)): bytes.starts(with: start)
        default: false
        }
    }

    /// Whether a string or binary holds `other` as a part, or a set or list holds it as a member.
    package func contains(_ other: AttributeValue) -> Bool {
        switch (self, other) {
        case (.string(let text), .string(let part)): text.bytes.holds(part.bytes)
        case (.binary(let bytes), .binary(let part)): bytes.holds(part)
        case (.stringSet(let members), .string(let member)): members.contains { $0.utf8.elementsEqual(member.utf8) }
        case (.numberSet(let members), .number(let member)): members.contains(member)
        case (.binarySet(let members), .binary(let member)): members.contains(member)
        case (.list(let elements), _): elements.contains { $0.isSame(as: other) }
        default: false
        }
    }

    /// What `size()` gives: bytes of a binary, UTF-8 bytes of a string, members of the rest; nil for types without.
    package var sizeFunctionResult: Int? {
        switch self {
        case .string(let text): text.utf8.count
        case .binary(let bytes): bytes.count
        case .list(let elements): elements.count
        case .map(let members): members.count
        case .stringSet(let members): members.count
        case .numberSet(let members): members.count
        case .binarySet(let members): members.count
        case .number, .bool, .null: nil
        }
    }
}

extension String {
    var bytes: [UInt8] { Array(utf8) }
}

extension [UInt8] {
    fileprivate func holds(_ part: [UInt8]) -> Bool {
        guard let first = part.first else { return true }
        guard part.count <= count else { return false }
        return (0...count - part.count).contains { start in
            self[start] == first && self[start..<start + part.count].elementsEqual(part)
        }
    }
}
