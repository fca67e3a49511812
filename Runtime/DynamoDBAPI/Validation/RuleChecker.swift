import JSON

/// Holds a request against the rules of its fields, and reports up to ten breaches at once.
struct RuleChecker {
    private static let breachesMax = 10
    private var breaches: [String] = []

    static func check(_ request: JSONObject, _ fields: [Field]) throws(APIError) {
        var checker = RuleChecker()
        checker.check(request, fields, "")
        guard !checker.breaches.isEmpty else { return }
        let count = checker.breaches.count
        throw .validation(
            "\(count) validation error\(count == 1 ? "" : "s") detected: " + checker.breaches.joined(separator: "; "))
    }

    private mutating func check(_ structure: JSONObject, _ fields: [Field], _ parent: String) {
        for field in fields { check(structure[field.name], field, parent) }
    }

    private mutating func check(_ value: JSONValue?, _ field: Field, _ parent: String) {
        let value = value.flatMap { $0.isNull ? JSONValue?.none : $0 }
        // A path is needed only where something is wrong or lies deeper.
        func path() -> String { (parent.isEmpty ? "" : parent + ".") + field.name.lowercasedFirst }
        for rule in field.rules {
            guard let reason = Self.breach(of: rule, value) else { continue }
            guard breaches.count < Self.breachesMax else { return }
            let shown = value.map { "'\(JavaText.of($0, field.shape))'" } ?? "null"
            breaches.append("Value \(shown) at '\(path())' failed to satisfy constraint: \(reason)")
        }
        switch (field.shape, value) {
        case (.structure(_, let fields), .object(let members)?): check(members, fields, path())
        case (.list(let element), .array(let elements)?) where element.holdsRules:
            for (index, value) in elements.enumerated() { check(value, element, path() + ".\(index + 1)") }
        case (.map(let element), .object(let members)?) where element.holdsRules:
            for (name, value) in members { check(value, element, path() + "." + name) }
        default: return
        }
    }

    /// Why the rule is broken; nil if it is kept. Only `required` minds that there is no value.
    private static func breach(of rule: Rule, _ value: JSONValue?) -> String? {
        guard let value else {
            if case .required = rule { return "Member must not be null" }
            return nil
        }
        switch rule {
        case .required: return nil
        case .lengthMin(let least):
            return value.memberCount < least ? "Member must have length greater than or equal to \(least)" : nil
        case .lengthMax(let most):
            return value.memberCount > most ? "Member must have length less than or equal to \(most)" : nil
        case .valueMin(let least):
            return value.wholeNumber < least ? "Member must have value greater than or equal to \(least)" : nil
        case .valueMax(let most):
            return value.wholeNumber > most ? "Member must have value less than or equal to \(most)" : nil
        case .oneOf(let values):
            guard let text = value.string, values.contains(text) else {
                return "Member must satisfy enum value set: [\(values.joined(separator: ", "))]"
            }
            return nil
        case .namePattern:
            guard let text = value.string, text.utf8.allSatisfy(\.isNameByte) else {
                return "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
            }
            return nil
        case .unlessARN(let rule): return value.string?.isARN == true ? nil : breach(of: rule, value)
        case .keys(let reason):
            guard let names = value.object?.keys, names.contains(where: { !$0.isARN && !TableNameText.isValid($0) })
            else {
                return nil
            }
            return "Map keys must satisfy constraint: [\(reason)]"
        case .valueLengths(let least, let most):
            guard let members = value.object,
                members.contains(where: { !(least...most).contains($0.value.memberCount) })
            else { return nil }
            return "Map value must satisfy constraint: [Member must have length less than or equal to \(most), "
                + "Member must have length greater than or equal to \(least)]"
        }
    }
}

/// The names that tables and indexes may have.
///
/// - Note: Source: Amazon DynamoDB Developer Guide, "Naming rules and data types".
enum TableNameText {
    static let lengths = 3...255

    static func isValid(_ name: String) -> Bool {
        lengths.contains(name.utf8.count) && name.utf8.allSatisfy(\.isNameByte)
    }
}

extension UInt8 {
    var isNameByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

extension String {
    var isARN: Bool { utf8.starts(with: "arn:".utf8) }

    var lowercasedFirst: String { isEmpty ? "" : self[startIndex].lowercased() + dropFirst() }
}

extension Field {
    /// Whether there is anything to check in it.
    fileprivate var holdsRules: Bool {
        if !rules.isEmpty { return true }
        return switch shape {
        case .structure(_, let fields): fields.contains(where: \.holdsRules)
        case .list(let element), .map(let element): element.holdsRules
        default: false
        }
    }
}

extension JSONValue {
    fileprivate var memberCount: Int {
        switch self {
        case .string(let text): text.utf16.count
        case .array(let elements): elements.count
        case .object(let members): members.count
        default: 0
        }
    }

    /// A number without its fraction; those that don't fit are as good as the greatest.
    var wholeNumber: Int {
        guard let number else { return 0 }
        if let int = number.int { return int }
        guard let double = number.double, abs(double) < 9e18 else {
            return number.text.hasPrefix("-") ? Int.min : Int.max
        }
        return Int(double.rounded(.down))
    }
}

/// Values as Java prints them in messages.
enum JavaText {
    static func of(_ value: JSONValue, _ shape: Shape = .attributeValue) -> String {
        switch (value, shape) {
        case (.null, _): return "null"
        case (.bool(let flag), _): return flag ? "true" : "false"
        case (.number(let number), _): return number.text
        case (.string(let text), _): return text
        case (.array(let elements), .list(let element)): return list(elements, element.shape)
        case (.array(let elements), _): return list(elements, .attributeValue)
        case (.object(let members), .structure(let name, let fields)):
            let shown = fields.compactMap { field in
                members[field.name].map { "\(field.name.lowercasedFirst)=\(of($0, field.shape))" }
            }
            return "\(name)(\(shown.joined(separator: ", ")))"
        case (.object(let members), .map(let element)): return map(members, element.shape)
        case (.object(let members), _): return "AttributeValue: " + map(members, .attributeValue)
        }
    }

    /// In the order in which a `HashSet` of Java goes through texts.
    static func set(_ texts: [String]) -> String {
        var places = 16
        while texts.count > places * 3 / 4 { places *= 2 }
        let placed = texts.enumerated().map { (place: hash($1) & UInt32(places - 1), order: $0, text: $1) }
        let sorted = placed.sorted { ($0.place, $0.order) < ($1.place, $1.order) }
        return "[" + sorted.map(\.text).joined(separator: ", ") + "]"
    }

    private static func hash(_ text: String) -> UInt32 {
        let hash = text.utf16.reduce(UInt32(0)) { $0 &* 31 &+ UInt32($1) }
        return hash ^ hash >> 16
    }

    private static func list(_ elements: [JSONValue], _ shape: Shape) -> String {
        "[" + elements.map { of($0, shape) }.joined(separator: ", ") + "]"
    }

    private static func map(_ members: JSONObject, _ shape: Shape) -> String {
        "{" + members.map { "\($0.key)=\(of($0.value, shape))" }.joined(separator: ", ") + "}"
    }
}
