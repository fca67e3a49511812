/// A parameter as declared, with the checks on its value.
///
/// - Note: Source: AWS CloudFormation User Guide, "Parameters".
struct ParameterDeclaration {
    enum Kind: Equatable {
        case text
        case number
        case texts
        case numbers
        /// The value is the name under which AWS Systems Manager keeps the value proper.
        case storedInSSM
    }

    let name: String
    let position: SourcePosition
    let kind: Kind
    let defaultValue: SourceNode?
    private let allowedValues: SourceNode?
    private let allowedPattern: SourceNode?
    private let minLength: SourceNode?
    private let maxLength: SourceNode?
    private let minValue: SourceNode?
    private let maxValue: SourceNode?

    private static let properties = [
        "Type", "Default", "Description", "AllowedValues", "AllowedPattern", "ConstraintDescription", "MinLength",
        "MaxLength", "MinValue", "MaxValue", "NoEcho",
    ]

    init(_ member: SourceMember) throws(TemplateError) {
        name = member.name
        position = member.position
        let node = member.value
        guard let properties = node.members else {
            throw TemplateError("the parameter \(member.name) must be a map with a Type", at: member.position)
        }
        for property in properties {
            guard Self.properties.contains(property.name) else {
                throw TemplateError(
                    "the parameter \(member.name) has the unknown property \(property.name)"
                        + suggestion(for: property.name, among: Self.properties), at: property.position)
            }
            guard property.value.text != nil || property.name == "AllowedValues" else {
                throw TemplateError(
                    "\(property.name) must be a text, not \(property.value.kindName): parameters are read before any "
                        + "function is evaluated", at: property.value.position)
            }
        }
        guard let type = node["Type"], let typeName = type.text else {
            throw TemplateError("the parameter \(member.name) needs a Type such as String", at: member.position)
        }
        kind = try Self.kind(typeName, at: type.position)
        defaultValue = node["Default"]
        allowedValues = node["AllowedValues"]
        allowedPattern = node["AllowedPattern"]
        minLength = node["MinLength"]
        maxLength = node["MaxLength"]
        minValue = node["MinValue"]
        maxValue = node["MaxValue"]
    }

    private static func kind(_ type: String, at position: SourcePosition) throws(TemplateError) -> Kind {
        switch type {
        case "String": return .text
        case "Number": return .number
        case "CommaDelimitedList": return .texts
        case "List<Number>": return .numbers
        case _ where type.hasPrefix("AWS::SSM::Parameter::"): return .storedInSSM
        // Ids of what exists on AWS: nothing here can check them.
        case _ where type.hasPrefix("List<AWS::"): return .texts
        case _ where type.hasPrefix("AWS::"): return .text
        default:
            let known = ["String", "Number", "List<Number>", "CommaDelimitedList"]
            throw TemplateError(
                "the parameter type \(type) is not known\(suggestion(for: type, among: known))", at: position)
        }
    }

    var isList: Bool { kind == .texts || kind == .numbers }

    /// The elements of a list, which are trimmed.
    static func elements(of text: String) -> [String] {
        guard !text.isEmpty else { return [] }
        return text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            let part = part.drop { $0 == " " }
            return String(part[..<(part.lastIndex { $0 != " " }.map(part.index(after:)) ?? part.startIndex)])
        }
    }

    /// Refuses a value that the declaration does not allow.
    ///
    /// - Parameter origin: where the value was given; nil for the command line.
    func check(_ value: String, at origin: SourcePosition?) throws(TemplateError) {
        for element in isList ? Self.elements(of: value) : [value] {
            try checkElement(element, at: origin)
        }
    }

    private func checkElement(_ value: String, at origin: SourcePosition?) throws(TemplateError) {
        func refusal(_ reason: String) -> TemplateError {
            TemplateError("the value \"\(value)\" of the parameter \(name) \(reason)", at: origin)
        }
        if kind == .number || kind == .numbers {
            guard let number = Double(value), number.isFinite else { throw refusal("must be a number") }
            if let least = try bound(minValue, "MinValue"), number < least {
                throw refusal("must be at least \(minValue?.text ?? "")")
            }
            if let greatest = try bound(maxValue, "MaxValue"), number > greatest {
                throw refusal("must be at most \(maxValue?.text ?? "")")
            }
        }
        if let allowedValues {
            let allowed = (allowedValues.elements ?? []).compactMap(\.text)
            guard allowed.contains(value) else { throw refusal("must be one of \(allowed.joined(separator: ", "))") }
        }
        if let least = try bound(minLength, "MinLength"), Double(value.unicodeScalars.count) < least {
            throw refusal("must have at least \(minLength?.text ?? "") characters")
        }
        if let greatest = try bound(maxLength, "MaxLength"), Double(value.unicodeScalars.count) > greatest {
            throw refusal("must have at most \(maxLength?.text ?? "") characters")
        }
        if let allowedPattern, let pattern = allowedPattern.text {
            let match: Bool
            do { match = try Regex(pattern).wholeMatch(in: value) != nil } catch {
                throw TemplateError(
                    "the AllowedPattern \(pattern) is no regular expression", at: allowedPattern.position)
            }
            guard match else { throw refusal("must match \(pattern)") }
        }
    }

    private func bound(_ node: SourceNode?, _ property: String) throws(TemplateError) -> Double? {
        guard let node else { return nil }
        guard let bound = node.text.flatMap(Double.init) else {
            throw TemplateError("\(property) must be a number", at: node.position)
        }
        return bound
    }
}
