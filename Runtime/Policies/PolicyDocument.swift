package import JSON

/// An identity-based policy: what its holder may do.
///
/// - Note: Source: AWS IAM User Guide, "IAM JSON policy elements reference".
package struct PolicyDocument: Hashable, Sendable {
    package let statements: [PolicyStatement]

    /// - Throws: `PolicyError` that names the element at fault.
    package init(_ document: JSONValue) throws(PolicyError) {
        guard document.object != nil, let value = document["Statement"] else {
            throw PolicyError("a policy document needs a Statement")
        }
        var statements: [PolicyStatement] = []
        for statement in value.array ?? [value] { statements.append(try PolicyStatement(statement)) }
        self.statements = statements
    }

    package init(statements: [PolicyStatement]) { self.statements = statements }

    /// Every condition key, in small letters.
    package var conditionKeys: Set<String> { Set(statements.flatMap { $0.conditions.map(\.key) }) }
}

/// Why a policy can't be read: the rest of a sentence without its stop.
package struct PolicyError: Error, Hashable, Sendable {
    package let reason: String
    package init(reason: String) { self.reason = reason }
    init(_ reason: String) { self.reason = reason }
}

/// What is asked for.
package struct AccessRequest: Hashable, Sendable {
    /// Such as `dynamodb:PutItem`.
    package var action: String
    /// An ARN, or `*` for an action on no resource.
    package var resource: String
    /// Condition keys of the request, such as `dynamodb:LeadingKeys`; names are compared without case.
    package var context: [String: [String]]

    package init(action: String, resource: String, context: [String: [String]] = [:]) {
        self.action = action
        self.resource = resource
        self.context = context
    }
}

package struct PolicyStatement: Hashable, Sendable {
    package enum Effect: String, Hashable, Sendable {
        case allow = "Allow"
        case deny = "Deny"
    }

    package let effect: Effect
    package let actions: [WildcardPattern]
    package let resources: [WildcardPattern]
    /// `NotAction`: all but these.
    let excludesActions: Bool
    /// `NotResource`.
    let excludesResources: Bool
    let conditions: [PolicyCondition]

    private static let elements: Set<String> = [
        "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition",
    ]

    package init(_ statement: JSONValue) throws(PolicyError) {
        guard let members = statement.object else { throw PolicyError("a statement must be a map") }
        if let unknown = members.members.first(where: { !Self.elements.contains($0.key) }) {
            throw PolicyError("a statement of an identity-based policy has no element \(unknown.key)")
        }
        guard let effect = statement["Effect"]?.string.flatMap(Effect.init(rawValue:)) else {
            throw PolicyError("Effect must be Allow or Deny")
        }
        self.effect = effect
        (actions, excludesActions) = try Self.patterns("Action", of: statement, ignoresCase: true)
        (resources, excludesResources) = try Self.patterns("Resource", of: statement, ignoresCase: false)
        if let action = actions.first(where: { $0.description != "*" && !$0.description.contains(":") }) {
            throw PolicyError("the action \(action) must be a service and an operation, such as sqs:SendMessage")
        }
        if let resource = resources.first(where: { $0.description != "*" && !$0.description.hasPrefix("arn:") }) {
            throw PolicyError("the resource \(resource) must be an ARN or *")
        }
        conditions = try PolicyCondition.all(statement["Condition"])
    }

    private static func patterns(
        _ name: String, of statement: JSONValue, ignoresCase: Bool
    ) throws(PolicyError) -> ([WildcardPattern], isExcluding: Bool) {
        let (plain, excluding) = (statement[name], statement["Not" + name])
        guard (plain == nil) != (excluding == nil), let value = plain ?? excluding else {
            throw PolicyError("a statement needs one of \(name) and Not\(name)")
        }
        let texts = (value.array ?? [value]).map(\.string)
        guard !texts.isEmpty, !texts.contains(nil) else {
            throw PolicyError("\(name) must be a text or a list of texts")
        }
        return (texts.compactMap { $0.map { WildcardPattern($0, ignoresCase: ignoresCase) } }, excluding != nil)
    }

    func applies(to request: AccessRequest) -> Bool {
        actions.contains { $0.matches(request.action) } != excludesActions
            && resources.contains { $0.matches(request.resource) } != excludesResources
            && conditions.allSatisfy { $0.holds(in: request.context) }
    }
}

/// What policies say of a request.
package enum AccessDecision: Hashable, Sendable {
    /// By the statements with these numbers, counted over all documents.
    case allowed(by: [Int])
    /// By a statement with Deny.
    case denied
    /// By no statement.
    case notAllowed
}

/// All policies of one holder together.
package struct AccessPolicies: Hashable, Sendable {
    package let statements: [PolicyStatement]

    package init(_ documents: [PolicyDocument]) { statements = documents.flatMap(\.statements) }

    /// Nothing is allowed that is not said to be, and Deny wins.
    ///
    /// - Note: Source: AWS IAM User Guide, "Policy evaluation logic".
    package func decide(_ request: AccessRequest) -> AccessDecision {
        let applying = statements.indices.filter { statements[$0].applies(to: request) }
        if applying.contains(where: { statements[$0].effect == .deny }) { return .denied }
        return applying.isEmpty ? .notAllowed : .allowed(by: applying)
    }
}
