import JSON

/// The operators that a pattern may use.
enum MatchOperators: Sendable {
    case eventBus
    /// No wildcards, and of `anything-but` only that of values: the table of operators in the Lambda Developer Guide.
    case eventSourceMapping
}

/// Reads the array of values and operators of a field.
///
/// - Note: Source: aws/event-ruler, `JsonRuleCompiler`, for what is refused, in which order and words.
enum MatchExpressions {
    static func tests(_ values: [JSONValue], operators: MatchOperators) throws(PatternFault) -> [ValueTest] {
        var tests: [ValueTest] = []
        for value in values {
            switch value {
            case .object(let expression): tests.append(try test(expression, operators))
            case .string(let text): tests.append(.text(text))
            case .number(let number): tests.append(.number(number))
            case .null: tests.append(.null)
            case .bool(let bool): tests.append(.bool(bool))
            case .array: throw PatternFault("Match value must be String, number, true, false, or null")
            }
        }
        guard !tests.isEmpty else { throw PatternFault("Empty arrays are not allowed") }
        return tests
    }

    private static func test(_ expression: JSONObject, _ operators: MatchOperators) throws(PatternFault) -> ValueTest {
        guard let (name, value) = expression.first(where: { _ in true }) else {
            throw PatternFault("Match expression name not found")
        }
        let test: ValueTest
        var extraKey = "Only one key allowed in match expression"
        switch name {
        case "exactly": test = .string(Array(try text(value, "exact match pattern must be a string").utf8))
        case "prefix":
            test = try affix(value, "prefix", folded: { .prefixIgnoringCase($0) }, plain: { .prefix($0) })
        case "suffix":
            test = try affix(value, "suffix", folded: { .suffixIgnoringCase($0) }, plain: { .suffix($0) })
        case "equals-ignore-case":
            test = .equalsIgnoringCase(Array(try text(value, foldedMustBeString).lowercased().utf8))
        case "numeric":
            test = try NumericExpression.test(value)
            extraKey = "Too many elements in numeric expression"
        case "anything-but":
            test = try AnythingButExpression.test(value, operators)
            extraKey = "Too many elements in numeric expression"
        case "exists":
            guard case .bool(let isPresent) = value else {
                throw PatternFault("exists match pattern must be either true or false.")
            }
            test = isPresent ? .exists : .absent
        case "cidr": test = .addresses(try AddressRange(cidr: try text(value, "prefix match pattern must be a string")))
        case "wildcard" where operators == .eventBus:
            test = .wildcard(try WildcardPattern(try text(value, "wildcard match pattern must be a string")))
        default: throw PatternFault("Unrecognized match type \(name)")
        }
        guard expression.count == 1 else { throw PatternFault(extraKey) }
        return test
    }

    private static let foldedMustBeString = "equals-ignore-case match pattern must be a string"

    /// `prefix` or `suffix`: of a string, or of `{"equals-ignore-case": string}`.
    private static func affix(
        _ value: JSONValue, _ name: String, folded: ([UInt8]) -> ValueTest, plain: ([UInt8]) -> ValueTest
    ) throws(PatternFault) -> ValueTest {
        guard case .object(let inner) = value else {
            return plain(Array(try text(value, "\(name) match pattern must be a string").utf8))
        }
        let capitalized = name == "prefix" ? "Prefix" : "Suffix"
        guard let (innerName, innerValue) = inner.first(where: { _ in true }) else {
            throw PatternFault("\(capitalized) expression name not found")
        }
        guard innerName == "equals-ignore-case" else {
            throw PatternFault("Unsupported \(name) pattern: \(innerName)")
        }
        let text = try text(innerValue, foldedMustBeString)
        guard inner.count == 1 else { throw PatternFault("Only one key allowed in match expression") }
        return folded(Array(text.lowercased().utf8))
    }

    static func text(_ value: JSONValue, _ fault: String) throws(PatternFault) -> String {
        guard case .string(let text) = value else { throw PatternFault(fault) }
        return text
    }
}
