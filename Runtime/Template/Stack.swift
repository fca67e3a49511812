/// What a template describes, with its parameters set and its functions evaluated.
package struct Stack: Sendable {
    package let context: TemplateContext
    /// Values as texts, those of lists separated by commas.
    package let parameters: [String: String]
    /// Every resource that is made (its condition holds), in the order of the template.
    package let resources: [Resource]
    package let functions: [FunctionResource]
    package let tables: [TableResource]
    package let httpAPIs: [HTTPAPIResource]
    /// The values of outputs whose conditions hold.
    package let outputs: [String: String]
    /// The function that looks through the tables after each case of a replay: `Metadata: Emulator: Audit`.
    package let auditFunction: String?
    /// On sections, and on attributes of resources; in the order of the template.
    package let remarks: [TemplateRemark]
    /// Resources that are not made, for their conditions do not hold.
    package let omitted: [TemplateRemark]

    package func resource(_ logicalID: String) -> Resource? { resources.first { $0.logicalID == logicalID } }
    package func function(_ logicalID: String) -> FunctionResource? { functions.first { $0.logicalID == logicalID } }
    package func table(_ logicalID: String) -> TableResource? { tables.first { $0.logicalID == logicalID } }
}

extension Stack {
    /// Reads a SAM or CloudFormation template.
    ///
    /// - Parameters:
    ///   - file: its path, which stands in messages as given.
    ///   - overrides: values of parameters, stronger than the local values in the template's metadata and the defaults.
    /// - Throws: the first error found, with its place.
    /// - Note: Source: AWS SAM Specification 2016-10-31; AWS CloudFormation User Guide, "Template anatomy".
    package static func load(
        file: String, overrides: [String: String] = [:], context: TemplateContext = TemplateContext()
    ) throws(TemplateError) -> Stack {
        try load(text: readText(of: file), file: file, overrides: overrides, context: context)
    }

    /// - Parameter text: the template itself, 1 MB at most.
    package static func load(
        text: String, file: String, overrides: [String: String] = [:], context: TemplateContext = TemplateContext()
    ) throws(TemplateError) -> Stack {
        let document = try TemplateDocument(TemplateReader.read(text, file: file))
        let parameters = try ParameterValues(document, overrides: overrides, context: context)
        let resolver = Resolver(document, parameters, context)
        // Those that nothing uses are checked too.
        for member in document.conditions { _ = try resolver.condition(member.name, at: member.position) }
        let resources = try resolver.allResources()
        let functions = try resources.filter { $0.type == FunctionResource.type }.map(FunctionResource.init)
        var tables: [TableResource] = []
        for resource in resources where TableResource.types.contains(resource.type) {
            tables.append(try TableResource(resource, region: context.region))
        }
        return Stack(
            context: context, parameters: parameters.texts, resources: resources, functions: functions, tables: tables,
            httpAPIs: try HTTPAPIResource.all(resources, functions, position: document.position),
            outputs: try resolver.outputs(), auditFunction: try audit(document, functions), remarks: document.remarks,
            omitted: try resolver.omittedResources())
    }
}

extension Stack {
    private static func audit(
        _ document: TemplateDocument, _ functions: [FunctionResource]
    ) throws(TemplateError) -> String? {
        guard let audit = document.metadata?["Emulator"]?["Audit"], !audit.isNull else { return nil }
        guard let name = audit.text, functions.contains(where: { $0.logicalID == name }) else {
            throw TemplateError("Metadata: Emulator: Audit must name a function of this template", at: audit.position)
        }
        return name
    }
}

/// A resource with its properties.
package struct Resource: Hashable, Sendable {
    package let logicalID: String
    /// Of the logical id.
    package let position: SourcePosition
    /// Such as `AWS::DynamoDB::Table`.
    package let type: String
    package let typePosition: SourcePosition
    /// A map, with the Globals merged in.
    package let properties: TemplateValue
    /// The value of `Ref`: mostly the name, an ARN or a URL with some types.
    package let reference: String
    /// The values of `GetAtt` that are known, `Arn` with most types.
    package let attributes: [String: String]

    package var arn: String? { attributes["Arn"] }
}

extension Resolver {
    func allResources() throws(TemplateError) -> [Resource] {
        var made: [Resource] = []
        for declaration in document.resources where try isMade(declaration) {
            made.append(try resource(declaration))
        }
        try dependencies.checkNoCircle(names: document.resources.map(\.logicalID) + [Self.implicitAPI])
        return made
    }

    func omittedResources() throws(TemplateError) -> [TemplateRemark] {
        var omitted: [TemplateRemark] = []
        for declaration in document.resources where try !isMade(declaration) {
            omitted.append(
                TemplateRemark(
                    logicalID: declaration.logicalID, name: declaration.type, position: declaration.position,
                    reason: "its condition \(declaration.condition?.text ?? "") does not hold"))
        }
        return omitted
    }

    private func resource(_ declaration: ResourceDeclaration) throws(TemplateError) -> Resource {
        let name = declaration.logicalID
        user = name
        defer { user = nil }
        for target in declaration.dependsOn {
            let target = (name: target.text ?? "", position: target.position)
            guard resources[target.name] != nil else {
                throw TemplateError(
                    "DependsOn names \(target.name), which is no resource of this template"
                        + suggestion(for: target.name, among: resources.keys), at: target.position)
            }
            dependencies.add(name, needs: target.name, at: target.position)
        }
        var members: [TemplateMember] = []
        for member in properties[name]?.members ?? [] {
            // SAM makes resources of their own of a function's events; those need the function, not it them.
            let isEvents = member.name == "Events" && declaration.type == FunctionResource.type
            user = isEvents ? nil : name
            guard let value = try resolve(member.value) else { continue }
            if isEvents { noteEventSources(member.value, of: name) }
            members.append(TemplateMember(name: member.name, position: member.position, value: value))
        }
        let identity = try identity(of: name)
        return Resource(
            logicalID: name, position: declaration.position, type: declaration.type,
            typePosition: declaration.typePosition,
            properties: TemplateValue(.map(members), at: properties[name]?.position ?? declaration.position),
            reference: identity.reference, attributes: identity.attributes)
    }

    /// An API's definition and a bucket's notifications name the functions that they call.
    private func noteEventSources(_ events: SourceNode, of function: String) {
        for event in events.members ?? [] {
            let (source, isNamed): (SourceNode?, Bool) =
                switch event.value["Type"]?.text {
                case "HttpApi": (event.value["Properties"]?["ApiId"], true)
                case "Api": (event.value["Properties"]?["RestApiId"], false)
                case "S3": (event.value["Properties"]?["Bucket"], false)
                default: (nil, false)
                }
            if case .call(.ref, let argument)? = source?.content, let name = argument.text, resources[name] != nil {
                dependencies.add(name, needs: function, at: event.position)
            } else if source == nil, isNamed {
                dependencies.add(Self.implicitAPI, needs: function, at: event.position)
            }
        }
    }

    func outputs() throws(TemplateError) -> [String: String] {
        var outputs: [String: String] = [:]
        for output in document.outputs {
            if let condition = output.value["Condition"], let name = condition.text,
                try !self.condition(name, at: condition.position)
            {
                continue
            }
            guard let node = output.value["Value"] else {
                throw TemplateError("the output \(output.name) needs a Value", at: output.position)
            }
            outputs[output.name] = try text(node, "the Value of the output \(output.name) must be a text")
            if let name = output.value["Export"]?["Name"] { _ = try text(name, "an export's Name must be a text") }
        }
        return outputs
    }
}
