/// `Ref` and `GetAtt`.
extension Resolver {
    /// SAM's name for the stage that it makes for an API: `!Ref Api.Stage`.
    private static let stageSuffix = ".Stage"

    /// - Parameter form: how the reference was written, for messages.
    func reference(
        _ name: String, form: String? = nil, at position: SourcePosition
    ) throws(TemplateError) -> TemplateValue? {
        func text(_ text: String) -> TemplateValue { TemplateValue(.text(text, isPlain: false), at: position) }
        if name == "AWS::NoValue" { return nil }
        if name == "AWS::NotificationARNs" { return TemplateValue(.list([]), at: position) }
        if let value = context.pseudoParameter(name) { return text(value) }
        if let value = parameters.texts[name], let declaration = parameters.declarations[name] {
            guard declaration.isList else { return text(value) }
            let elements = ParameterDeclaration.elements(of: value)
            return TemplateValue(.list(elements.map(text)), at: position)
        }
        if name.hasSuffix(Self.stageSuffix) {
            let api = String(name.dropLast(Self.stageSuffix.count))
            if resources[api]?.type == HTTPAPIResource.type {
                try use(api, form: form ?? "!Ref \(name)", at: position)
                return try properties[api]?["StageName"].map(resolve) ?? text(HTTPAPIResource.defaultStage)
            }
        }
        try use(name, form: form ?? "!Ref \(name)", at: position)
        return text(try identity(of: name).reference)
    }

    /// `!GetAtt Resource.Attribute` or `!GetAtt [Resource, Attribute]`.
    func attribute(_ argument: SourceNode, at position: SourcePosition) throws(TemplateError) -> TemplateValue {
        if let path = argument.text {
            guard let dot = path.firstIndex(of: ".") else {
                throw TemplateError(
                    "!GetAtt takes a resource and an attribute, such as Table.Arn", at: argument.position)
            }
            return try attribute(
                String(path[..<dot]), String(path[path.index(after: dot)...]), form: "!GetAtt \(path)", at: position)
        }
        let parts = try arguments(argument, .getAtt, 2...2)
        guard let resource = parts[0].text else {
            throw TemplateError(
                "!GetAtt begins with a resource's name, not \(parts[0].kindName)", at: parts[0].position)
        }
        let name = try text(parts[1], "!GetAtt ends with an attribute's name")
        return try attribute(resource, name, form: "!GetAtt \(resource).\(name)", at: position)
    }

    func attribute(
        _ resource: String, _ name: String, form: String, at position: SourcePosition
    ) throws(TemplateError) -> TemplateValue {
        try use(resource, form: form, at: position)
        let identity = try identity(of: resource)
        guard let value = identity.attribute(name) else {
            throw TemplateError(
                "\(form) asks for an attribute that \(resource) does not have"
                    + suggestion(for: name, among: identity.attributes.keys), at: position)
        }
        return TemplateValue(.text(value, isPlain: false), at: position)
    }

    /// Checks that the resource is there and notes who needs it.
    private func use(_ name: String, form: String, at position: SourcePosition) throws(TemplateError) {
        guard conditionsInProgress.isEmpty else {
            throw TemplateError(
                "\(form) in a condition must name a parameter: resources are made after conditions are decided",
                at: position)
        }
        if let resource = resources[name] {
            guard try isMade(resource) else {
                throw TemplateError(
                    "\(form) names a resource that is not made, as its condition \(resource.condition?.text ?? "") is "
                        + "false; put the reference into an !If with the same condition", at: position)
            }
            if let user { dependencies.add(user, needs: name, at: position) }
            return
        }
        if isGenerated(name) {
            if name == Self.implicitAPI, let user { dependencies.add(user, needs: name, at: position) }
            return
        }
        let known = resources.keys.sorted() + parameters.texts.keys.sorted() + TemplateContext.pseudoParameters
        throw TemplateError(
            "\(form) names no parameter or resource of this template\(suggestion(for: name, among: known))",
            at: position)
    }

    /// SAM makes a role for each function that names none, and an API for events that name none.
    private func isGenerated(_ name: String) -> Bool {
        if name == Self.implicitAPI { return hasImplicitAPI }
        guard name.hasSuffix("Role") else { return false }
        let function = String(name.dropLast("Role".count))
        return resources[function]?.type == "AWS::Serverless::Function" && properties[function]?["Role"] == nil
    }

    /// What the resource is called.
    func identity(of name: String) throws(TemplateError) -> ResourceIdentity {
        guard let resource = resources[name] else {
            let type = name == Self.implicitAPI ? "AWS::Serverless::HttpApi" : "AWS::IAM::Role"
            return try ResourceIdentity(logicalID: name, type: type, context: context) { _ in nil }
        }
        guard !namesInProgress.contains(name) else {
            throw TemplateError(
                "the names of resources refer to each other in a circle: "
                    + (namesInProgress + [name]).joined(separator: " → ") + "; write one of the names out",
                at: resource.position)
        }
        namesInProgress.append(name)
        let outer = user
        user = name
        defer {
            user = outer
            namesInProgress.removeLast()
        }
        let properties = properties[name]
        return try ResourceIdentity(
            logicalID: name, type: resource.type, context: context
        ) { (property: String) throws(TemplateError) in
            guard let node = properties?[property] else { return nil }
            return try self.resolve(node)?.text
        }
    }
}
