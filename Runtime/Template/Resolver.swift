/// Evaluates the functions of a template. Nothing is evaluated before someone asks for it, so that the order in which
/// resources stand does not count.
final class Resolver {
    let context: TemplateContext
    let document: TemplateDocument
    let parameters: ParameterValues
    let resources: [String: ResourceDeclaration]
    /// With the Globals merged in.
    let properties: [String: SourceNode]
    /// SAM makes this API when a function's event of type HttpApi names none.
    static let implicitAPI = "ServerlessHttpApi"
    let hasImplicitAPI: Bool

    var conditionValues: [String: Bool] = [:]
    var conditionsInProgress: [String] = []
    var namesInProgress: [String] = []
    /// Which resource needs which, as found while evaluating.
    var dependencies = DependencyGraph()
    /// The resource whose properties are being evaluated.
    var user: String?

    init(_ document: TemplateDocument, _ parameters: ParameterValues, _ context: TemplateContext) {
        self.document = document
        self.parameters = parameters
        self.context = context
        resources = Dictionary(uniqueKeysWithValues: document.resources.map { ($0.logicalID, $0) })
        var properties: [String: SourceNode] = [:]
        for resource in document.resources {
            properties[resource.logicalID] = GlobalProperties.merged(resource, document.globals)
        }
        self.properties = properties
        hasImplicitAPI = properties.values.contains { properties in
            (properties["Events"]?.members ?? []).contains {
                $0.value["Type"]?.text == "HttpApi" && $0.value["Properties"]?["ApiId"] == nil
            }
        }
    }

    /// The value without functions; nil for `AWS::NoValue`, which takes its key or its place in a list with it.
    func resolve(_ node: SourceNode) throws(TemplateError) -> TemplateValue? {
        switch node.content {
        case .null: return TemplateValue(.null, at: node.position)
        case .scalar(let text, let isPlain): return TemplateValue(.text(text, isPlain: isPlain), at: node.position)
        case .list(let elements):
            var values: [TemplateValue] = []
            for element in elements { if let value = try resolve(element) { values.append(value) } }
            return TemplateValue(.list(values), at: node.position)
        case .map(let members):
            var values: [TemplateMember] = []
            for member in members {
                guard let value = try resolve(member.value) else { continue }
                values.append(TemplateMember(name: member.name, position: member.position, value: value))
            }
            return TemplateValue(.map(values), at: node.position)
        case .call(let intrinsic, let argument):
            return try call(intrinsic, argument, at: node.position)
        }
    }

    private func call(
        _ intrinsic: Intrinsic, _ argument: SourceNode, at position: SourcePosition
    ) throws(TemplateError) -> TemplateValue? {
        func text(_ text: String) -> TemplateValue { TemplateValue(.text(text, isPlain: false), at: position) }
        switch intrinsic {
        case .ref:
            guard let name = argument.text else {
                throw TemplateError("!Ref takes a name, not \(argument.kindName)", at: argument.position)
            }
            return try reference(name, at: position)
        case .getAtt: return try attribute(argument, at: position)
        case .sub: return text(try substitute(argument, at: position))
        case .join: return text(try join(argument, at: position))
        case .select: return try select(argument, at: position)
        case .split: return try split(argument, at: position)
        case .findInMap: return try findInMap(argument, at: position)
        case .base64: return text(Self.base64(try self.text(argument, "!Base64 takes a text")))
        case .if:
            let parts = try arguments(argument, .if, 3...3)
            guard let name = parts[0].text else {
                throw TemplateError(
                    "!If begins with a condition's name, not \(parts[0].kindName)", at: parts[0].position)
            }
            return try resolve(condition(name, at: parts[0].position) ? parts[1] : parts[2])
        case .equals, .and, .or, .not, .condition:
            throw TemplateError(
                "\(intrinsic.shortForm) is for the section Conditions; name a condition there and use !If here",
                at: position)
        }
    }

    func arguments(
        _ node: SourceNode, _ intrinsic: Intrinsic, _ counts: ClosedRange<Int>
    ) throws(TemplateError) -> [SourceNode] {
        guard let elements = node.elements, counts.contains(elements.count) else {
            let count =
                counts.lowerBound == counts.upperBound
                ? "\(counts.lowerBound)" : "\(counts.lowerBound) to \(counts.upperBound)"
            throw TemplateError("\(intrinsic.shortForm) takes a list of \(count)", at: node.position)
        }
        return elements
    }

    /// A node that must come out as a text.
    func text(_ node: SourceNode, _ expectation: String) throws(TemplateError) -> String {
        guard let value = try resolve(node) else {
            throw TemplateError("\(expectation), not AWS::NoValue", at: node.position)
        }
        guard let text = value.text else {
            throw TemplateError("\(expectation), not \(value.kindName)", at: node.position)
        }
        return text
    }
}
