import JSON

/// Reads what follows `anything-but`: a value, a list of values of one kind, or an operator on strings with one or a
/// list of them.
enum AnythingButExpression {
    static func test(_ value: JSONValue, _ operators: MatchOperators) throws(PatternFault) -> ValueTest {
        guard case .object(let expression) = value else { return .anythingBut(try values(value)) }
        guard let (name, operand) = expression.first(where: { _ in true }) else {
            throw PatternFault("Anything-But expression name not found")
        }
        guard ["equals-ignore-case", "prefix", "suffix", "wildcard"].contains(name), operators == .eventBus else {
            throw PatternFault("Unsupported anything-but pattern: \(name)")
        }
        let operands: [JSONValue]
        switch operand {
        case .array(let list): operands = list
        case .string, .number: operands = [operand]
        default: throw mustBeValue
        }
        var tests: [ValueTest] = []
        for operand in operands { tests.append(try test(name, operand)) }
        guard expression.count == 1 else { throw PatternFault("Too many elements in numeric expression") }
        return .anythingBut(tests)
    }

    private static let mustBeValue = PatternFault(
        "Value of anything-but must be an array or single string/number value.")

    private static func test(_ name: String, _ operand: JSONValue) throws(PatternFault) -> ValueTest {
        switch name {
        case "equals-ignore-case":
            let fault = "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."
            return .equalsIgnoringCase(Array(try MatchExpressions.text(operand, fault).lowercased().utf8))
        case "wildcard":
            return .wildcard(
                try WildcardPattern(try MatchExpressions.text(operand, "wildcard match pattern must be a string")))
        default:
            let text = try MatchExpressions.text(operand, "prefix/suffix match pattern must be a string")
            guard !text.isEmpty else { throw PatternFault("Null prefix/suffix not allowed") }
            return name == "prefix" ? .prefix(Array(text.utf8)) : .suffix(Array(text.utf8))
        }
    }

    private static func values(_ value: JSONValue) throws(PatternFault) -> [ValueTest] {
        let list: [JSONValue]
        switch value {
        case .array(let values): list = values
        case .string, .number: list = [value]
        default: throw mustBeValue
        }
        var tests: [ValueTest] = []
        var (strings, numbers) = (0, 0)
        for value in list {
            switch value {
            case .string(let text):
                strings += 1
                tests.append(.string(Array(text.utf8)))
            case .number(let number):
                numbers += 1
                _ = try ComparableNumber(checked: number)
                tests.append(.number(number))
            default: throw PatternFault("Inside anything but list, start|null|boolean is not supported.")
            }
        }
        guard (strings == 0) != (numbers == 0) else {
            throw PatternFault(
                "Inside anything but list, either all values are number or string, mixed type is not supported")
        }
        return tests
    }
}
