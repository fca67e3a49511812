import JSON

/// One test of a statement's `Condition`: an operator, a key and the values of which one must fit.
///
/// - Note: Source: AWS IAM User Guide, "IAM JSON policy elements: Condition operators".
struct PolicyCondition: Hashable, Sendable {
    private enum Comparison: String {
        case stringEquals = "StringEquals"
        case stringNotEquals = "StringNotEquals"
        case stringEqualsIgnoreCase = "StringEqualsIgnoreCase"
        case stringNotEqualsIgnoreCase = "StringNotEqualsIgnoreCase"
        case stringLike = "StringLike"
        case stringNotLike = "StringNotLike"
        case arnEquals = "ArnEquals"
        case arnLike = "ArnLike"
        case arnNotEquals = "ArnNotEquals"
        case arnNotLike = "ArnNotLike"
        case bool = "Bool"
        case null = "Null"

        var isNegated: Bool { rawValue.contains("Not") }
        var ignoresCase: Bool { rawValue.hasSuffix("IgnoreCase") || self == .bool }
        var hasWildcards: Bool { rawValue.hasSuffix("Like") || rawValue.hasPrefix("Arn") }
    }

    private enum Quantifier: Hashable {
        case one
        case forAll
        case forAny
    }

    private let comparison: Comparison
    private let quantifier: Quantifier
    private let holdsWithoutKey: Bool
    let key: String
    private let values: [String]

    static func all(_ condition: JSONValue?) throws(PolicyError) -> [PolicyCondition] {
        guard let condition else { return [] }
        guard let operators = condition.object else { throw PolicyError("Condition must be a map") }
        var all: [PolicyCondition] = []
        for (name, tests) in operators.members.map({ ($0.key, $0.value) }) {
            guard let tests = tests.object else { throw PolicyError("\(name) in a Condition must be a map") }
            for (key, value) in tests.members.map({ ($0.key, $0.value) }) {
                all.append(try PolicyCondition(operator: name, key: key, value: value))
            }
        }
        return all
    }

    private init(operator name: String, key: String, value: JSONValue) throws(PolicyError) {
        var rest = name[...]
        if rest.hasPrefix("ForAllValues:") {
            quantifier = .forAll
            rest = rest.dropFirst(13)
        } else if rest.hasPrefix("ForAnyValue:") {
            quantifier = .forAny
            rest = rest.dropFirst(12)
        } else {
            quantifier = .one
        }
        holdsWithoutKey = rest.hasSuffix("IfExists")
        if holdsWithoutKey { rest = rest.dropLast(8) }
        guard let comparison = Comparison(rawValue: String(rest)) else {
            throw PolicyError("the condition operator \(name) is not known here")
        }
        self.comparison = comparison
        self.key = key.lowercased()
        let texts = (value.array ?? [value]).map { $0.string ?? $0.bool.map(String.init) ?? $0.number?.text }
        guard !texts.isEmpty, !texts.contains(nil) else {
            throw PolicyError("\(key) in a Condition must be a text or a list of texts")
        }
        values = texts.compactMap { $0 }
    }

    func holds(in context: [String: [String]]) -> Bool {
        let found = context.first { $0.key.lowercased() == key }?.value ?? []
        if comparison == .null { return values.contains(found.isEmpty ? "true" : "false") }
        // A request without the key satisfies what is negated, what need not exist, and what must hold for all of none.
        if found.isEmpty { return holdsWithoutKey || comparison.isNegated || quantifier == .forAll }
        switch quantifier {
        case .one, .forAll: return found.allSatisfy(holds)
        case .forAny: return found.contains(where: holds)
        }
    }

    private func holds(_ value: String) -> Bool {
        let fits = values.contains { wanted in
            if comparison.hasWildcards { return WildcardPattern(wanted).matches(value) }
            return comparison.ignoresCase ? wanted.lowercased() == value.lowercased() : wanted == value
        }
        return fits != comparison.isNegated
    }
}
