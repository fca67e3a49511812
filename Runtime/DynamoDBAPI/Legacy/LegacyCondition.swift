import Expressions
import Items

/// A test of one attribute by the operators that came before expressions.
///
/// - Note: Source: Amazon DynamoDB Developer Guide, "Legacy conditional parameters".
struct LegacyTest: Sendable {
    var attribute: String
    /// As on the wire: `EQ`, `NOT_NULL`, …
    var comparison: String
    var values: [AttributeValue]

    func holds(for item: Item?) -> Bool {
        let value = item?[attribute]
        switch comparison {
        case "NULL": return value == nil
        case "NOT_NULL": return value != nil
        case "NE": return value.map { !$0.isSame(as: values[0]) } ?? true
        case "NOT_CONTAINS": return value.map { $0.mayContain && !$0.contains(values[0]) } ?? false
        default: break
        }
        guard let value else { return false }
        switch comparison {
        case "IN": return values.contains { value.isSame(as: $0) }
        case "CONTAINS": return value.contains(values[0])
        case "EQ": return value.isSame(as: values[0])
        default: return keyTest.map { $0.holds(for: value) } ?? false
        }
    }

    /// The same test as one of a key; nil for the operators that keys can't be tested with.
    var keyTest: KeyTest? {
        switch comparison {
        case "EQ": .equal(values[0])
        case "LT": .less(values[0])
        case "LE": .lessOrEqual(values[0])
        case "GT": .greater(values[0])
        case "GE": .greaterOrEqual(values[0])
        case "BETWEEN": .between(values[0], values[1])
        case "BEGINS_WITH": .beginsWith(values[0])
        default: nil
        }
    }
}

extension AttributeValue {
    /// Whether asking makes sense: otherwise an item that does not contain the value does not count either.
    fileprivate var mayContain: Bool {
        switch self {
        case .string, .binary, .stringSet, .numberSet, .binarySet, .list: true
        case .number, .bool, .null, .map: false
        }
    }
}

/// Several tests, all or any of which must hold.
struct LegacyCondition: Sendable {
    var tests: [LegacyTest]
    var needsAll = true

    func holds(for item: Item?) -> Bool {
        needsAll ? tests.allSatisfy { $0.holds(for: item) } : tests.contains { $0.holds(for: item) }
    }
}
