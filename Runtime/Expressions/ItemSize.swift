package import Items

/// Sizes as DynamoDB counts them: for the 400 KB bound of an item, for pages and for capacity units.
///
/// - Note: Source: Amazon DynamoDB Developer Guide, "DynamoDB item sizes and formats".
extension Item {
    package static let sizeBytesMax = 409_600

    /// The UTF-8 bytes of every name plus the size of every value.
    package var sizeBytes: Int {
        attributes.entries.reduce(0) { $0 + $1.name.text.utf8.count + $1.value.sizeBytes }
    }

    /// Levels of nested lists and maps; 0 for an item of scalars.
    package var nestingLevels: Int { attributes.entries.reduce(0) { max($0, $1.value.nestingLevels) } }
}

extension AttributeValue {
    package static let nestingLevelsMax = 32

    package var sizeBytes: Int {
        switch self {
        case .string(let text): text.utf8.count
        case .number(let number): number.sizeBytes
        case .binary(let bytes): bytes.count
        case .bool, .null: 1
        // A list or map costs three bytes, and one for each of its members.
        case .list(let elements): elements.reduce(3) { $0 + 1 + $1.sizeBytes }
        case .map(let members): members.entries.reduce(3) { $0 + 1 + $1.name.text.utf8.count + $1.value.sizeBytes }
        case .stringSet(let members): members.reduce(0) { $0 + $1.utf8.count }
        case .numberSet(let members): members.reduce(0) { $0 + $1.sizeBytes }
        case .binarySet(let members): members.reduce(0) { $0 + $1.count }
        }
    }

    package var nestingLevels: Int {
        switch self {
        case .list(let elements): 1 + (elements.map(\.nestingLevels).max() ?? 0)
        case .map(let members): members.entries.reduce(1) { max($0, 1 + $1.value.nestingLevels) }
        default: 0
        }
    }
}

extension ItemNumber {
    /// One byte, one for every two significant digits begun (pairs are aligned to even powers of ten), and one for the
    /// sign of a negative number.
    package var sizeBytes: Int {
        guard coefficient != 0 else { return 1 }
        var (digits, rest) = (0, coefficient)
        while rest != 0 {
            rest /= 10
            digits += 1
        }
        // An odd exponent shifts the digits by one against the pairs.
        let aligned = digits + (exponent % 2 == 0 ? 0 : 1)
        return (aligned + 1) / 2 + 1 + (isNegative ? 1 : 0)
    }
}
