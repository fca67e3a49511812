import JSON

/// A DynamoDB attribute value.
///
/// - Note: Source: Amazon DynamoDB API Reference, AttributeValue.
package indirect enum AttributeValue: Sendable {
    case string(String)
    case number(ItemNumber)
    case binary([UInt8])
    case bool(Bool)
    case null
    case list([AttributeValue])
    case map(AttributeMap)
    /// 1 or more distinct strings, in the order given; the order does not count in comparisons that DynamoDB makes.
    case stringSet([String])
    case numberSet([ItemNumber])
    case binarySet([[UInt8]])

    package static func number(_ value: Int) -> AttributeValue { .number(ItemNumber(value)) }
}

extension AttributeValue: Hashable {
    /// Texts are equal if their UTF-8 bytes are, not if they look alike; sets if their members come in the same order.
    package static func == (a: AttributeValue, b: AttributeValue) -> Bool {
        switch (a, b) {
        case (.string(let a), .string(let b)): a.hasSameBytes(as: b)
        case (.number(let a), .number(let b)): a == b
        case (.binary(let a), .binary(let b)): a == b
        case (.bool(let a), .bool(let b)): a == b
        case (.null, .null): true
        case (.list(let a), .list(let b)): a == b
        case (.map(let a), .map(let b)): a == b
        case (.stringSet(let a), .stringSet(let b)):
            a.count == b.count && zip(a, b).allSatisfy { $0.hasSameBytes(as: $1) }
        case (.numberSet(let a), .numberSet(let b)): a == b
        case (.binarySet(let a), .binarySet(let b)): a == b
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .string(let value): hasher.combine(value)
        case .number(let value): hasher.combine(value)
        case .binary(let value): hasher.combine(value)
        case .bool(let value): hasher.combine(value)
        case .null: hasher.combine(0)
        case .list(let value): hasher.combine(value)
        case .map(let value): hasher.combine(value)
        case .stringSet(let value): hasher.combine(value)
        case .numberSet(let value): hasher.combine(value)
        case .binarySet(let value): hasher.combine(value)
        }
    }
}

extension AttributeValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .number(ItemNumber(value)) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension AttributeValue {
    package var string: String? { if case .string(let value) = self { value } else { nil } }
    package var number: ItemNumber? { if case .number(let value) = self { value } else { nil } }
    package var integer: Int? { number?.integer }
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    package var list: [AttributeValue]? { if case .list(let value) = self { value } else { nil } }
    package var map: AttributeMap? { if case .map(let value) = self { value } else { nil } }
}
