/// The section Conditions and its functions.
///
/// - Note: Source: AWS CloudFormation User Guide, "Condition functions".
extension Resolver {
    func condition(_ name: String, at position: SourcePosition) throws(TemplateError) -> Bool {
        if let value = conditionValues[name] { return value }
        guard let declaration = document.conditions.first(where: { $0.name == name }) else {
            throw TemplateError(
                "the condition \(name) is not declared\(suggestion(for: name, among: document.conditions.map(\.name)))",
                at: position)
        }
        guard !conditionsInProgress.contains(name) else {
            throw TemplateError(
                "conditions refer to each other in a circle: "
                    + (conditionsInProgress + [name]).joined(separator: " → ") + "; remove one of the references",
                at: position)
        }
        conditionsInProgress.append(name)
        let value = try evaluate(declaration.value)
        conditionsInProgress.removeLast()
        conditionValues[name] = value
        return value
    }

    private func evaluate(_ node: SourceNode) throws(TemplateError) -> Bool {
        // The long form of a reference to another condition.
        if let members = node.members, members.count == 1, members[0].name == "Condition" {
            return try named(members[0].value)
        }
        guard case .call(let intrinsic, let argument) = node.content else {
            throw TemplateError(
                "a condition is made of !Equals, !And, !Or, !Not and !Condition, not \(node.kindName)",
                at: node.position)
        }
        switch intrinsic {
        case .condition: return try named(argument)
        case .equals:
            let parts = try arguments(argument, .equals, 2...2)
            let (left, right) = (try resolve(parts[0]), try resolve(parts[1]))
            return Self.isEqual(left, right)
        case .not: return try !evaluate(arguments(argument, .not, 1...1)[0])
        case .and:
            for part in try arguments(argument, .and, 2...10) where try !evaluate(part) { return false }
            return true
        case .or:
            for part in try arguments(argument, .or, 2...10) where try evaluate(part) { return true }
            return false
        default:
            throw TemplateError(
                "\(intrinsic.shortForm) is neither true nor false; compare it with !Equals", at: node.position)
        }
    }

    private func named(_ node: SourceNode) throws(TemplateError) -> Bool {
        guard let name = node.text else {
            throw TemplateError("!Condition takes a condition's name, not \(node.kindName)", at: node.position)
        }
        return try condition(name, at: node.position)
    }

    /// Quotes and places do not count.
    private static func isEqual(_ a: TemplateValue?, _ b: TemplateValue?) -> Bool {
        switch (a?.content, b?.content) {
        case (.text(let a, _), .text(let b, _)): a == b
        case (.list(let a), .list(let b)): a.count == b.count && zip(a, b).allSatisfy { isEqual($0, $1) }
        case (.map(let a), .map(let b)):
            a.count == b.count
                && a.allSatisfy { member in
                    b.contains { $0.name == member.name && isEqual($0.value, member.value) }
                }
        case (.null, .null), (nil, nil): true
        default: false
        }
    }

    /// Whether the resource is made.
    func isMade(_ resource: ResourceDeclaration) throws(TemplateError) -> Bool {
        guard let condition = resource.condition, let name = condition.text else { return true }
        return try self.condition(name, at: condition.position)
    }
}
