/// A DynamoDB attribute value.
///
/// - Note: Source: Amazon DynamoDB API Reference, AttributeValue.
package indirect enum AttributeValue: Hashable, Sendable {
    case string(String)
    case number(ItemNumber)
    case binary([UInt8])
    case bool(Bool)
    case null
    case list([AttributeValue])
    case map([String: AttributeValue])
    /// 1 or more distinct strings, in the order given; the order does not count in comparisons that DynamoDB makes.
    case stringSet([String])
    case numberSet([ItemNumber])
    case binarySet([[UInt8]])

    package static func number(_ value: Int) -> AttributeValue { .number(ItemNumber(value)) }
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
    package var map: [String: AttributeValue]? { if case .map(let value) = self { value } else { nil } }
}
