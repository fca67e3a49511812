/// The sections of a template, taken apart and not yet evaluated.
struct TemplateDocument {
    var parameters: [ParameterDeclaration] = []
    var mappings: SourceNode?
    var conditions: [SourceMember] = []
    var globals: SourceNode?
    var resources: [ResourceDeclaration] = []
    var outputs: [SourceMember] = []
    var metadata: SourceNode?
    var remarks: [TemplateRemark] = []
    let position: SourcePosition

    /// A logical id: letters and digits, 255 at most.
    static let logicalIDLengthMax = 255

    init(_ root: SourceNode) throws(TemplateError) {
        position = root.position
        guard let sections = root.members else {
            throw TemplateError(
                "a template is a map with the section Resources, not \(root.kindName)", at: root.position)
        }
        for section in sections where !section.value.isNull {
            remarks += Self.remarks(ofSection: section)
            switch section.name {
            case "AWSTemplateFormatVersion": try Self.checkVersion(section.value)
            case "Description": continue
            case "Transform": try Self.checkTransform(section.value)
            case "Metadata": metadata = section.value
            case "Parameters":
                for member in try Self.entries(section) { parameters.append(try ParameterDeclaration(member)) }
            case "Mappings":
                mappings = section.value
                _ = try Self.entries(section)
            case "Conditions": conditions = try Self.entries(section)
            case "Globals":
                globals = section.value
                try GlobalProperties.check(section)
            case "Resources":
                for member in try Self.entries(section) {
                    resources.append(try ResourceDeclaration(member))
                    remarks += ResourceDeclaration.remarks(of: member)
                }
            case "Outputs": outputs = try Self.entries(section)
            default:
                let known = [
                    "AWSTemplateFormatVersion", "Description", "Transform", "Metadata", "Parameters", "Mappings",
                    "Conditions", "Globals", "Resources", "Outputs",
                ]
                throw TemplateError(
                    "the section \(section.name) is not known\(suggestion(for: section.name, among: known))",
                    at: section.position)
            }
        }
        guard !resources.isEmpty else {
            throw TemplateError("the template has no resources; add the section Resources", at: root.position)
        }
        let parameterNames = Set(parameters.map(\.name))
        for resource in resources where parameterNames.contains(resource.logicalID) {
            throw TemplateError(
                "\(resource.logicalID) is a parameter and a resource; rename one of them", at: resource.position)
        }
    }

    private static func entries(_ section: SourceMember) throws(TemplateError) -> [SourceMember] {
        guard let members = section.value.members else {
            throw TemplateError(
                "the section \(section.name) must be a map, not \(section.value.kindName)", at: section.value.position)
        }
        for member in members {
            let isID = !member.name.isEmpty && member.name.utf8.allSatisfy { isLetterOrDigit($0) }
            // Mappings alone may have dots and hyphens in their names.
            guard isID || section.name == "Mappings" else {
                throw TemplateError(
                    "\(member.name) can't be a name under \(section.name); use letters and digits only",
                    at: member.position)
            }
            guard member.name.utf8.count <= logicalIDLengthMax else {
                throw TemplateError("the name is longer than \(logicalIDLengthMax) characters", at: member.position)
            }
        }
        return members
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }

    private static func checkVersion(_ node: SourceNode) throws(TemplateError) {
        guard node.text == "2010-09-09" else {
            throw TemplateError(
                "AWSTemplateFormatVersion must be \"2010-09-09\", the only one there is", at: node.position)
        }
    }

    private static func checkTransform(_ node: SourceNode) throws(TemplateError) {
        for transform in node.elements ?? [node] where transform.text != "AWS::Serverless-2016-10-31" {
            throw TemplateError(
                "the transform \(transform.text ?? transform.kindName) runs on AWS only; the emulator applies "
                    + "AWS::Serverless-2016-10-31 and no other", at: transform.position)
        }
    }
}

extension SourceNode {
    var isNull: Bool { if case .null = content { true } else { false } }
}

/// A resource as written.
struct ResourceDeclaration: Sendable {
    let logicalID: String
    /// Of the logical id.
    let position: SourcePosition
    let type: String
    let typePosition: SourcePosition
    let properties: SourceNode?
    let condition: SourceNode?
    let dependsOn: [SourceNode]
    /// The names of the SAM properties that the Globals do not reach; nil stands for all.
    let ignoredGlobals: [String]?

    /// - Note: Source: AWS CloudFormation User Guide, "Resource attribute reference"; AWS SAM, "IgnoreGlobals".
    private static let attributes = [
        "Type", "Properties", "Condition", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy", "CreationPolicy",
        "UpdatePolicy", "Metadata", "IgnoreGlobals",
    ]

    init(_ member: SourceMember) throws(TemplateError) {
        logicalID = member.name
        position = member.position
        guard let attributes = member.value.members else {
            throw TemplateError("the resource \(member.name) must be a map with a Type", at: member.position)
        }
        for attribute in attributes where !Self.attributes.contains(attribute.name) {
            throw TemplateError(
                "the resource \(member.name) has the unknown attribute \(attribute.name)"
                    + suggestion(for: attribute.name, among: Self.attributes), at: attribute.position)
        }
        guard let type = member.value["Type"], let name = type.text, name.contains("::") else {
            throw TemplateError(
                "the resource \(member.name) needs a Type such as AWS::DynamoDB::Table",
                at: member.value["Type"]?.position ?? member.position)
        }
        self.type = name
        typePosition = type.position
        properties = member.value["Properties"].flatMap { $0.isNull ? nil : $0 }
        if let properties, properties.members == nil {
            throw TemplateError("the Properties of \(member.name) must be a map", at: properties.position)
        }
        condition = member.value["Condition"]
        if let condition, condition.text == nil {
            throw TemplateError("the Condition of \(member.name) must be a condition's name", at: condition.position)
        }
        let dependsOn = member.value["DependsOn"]
        self.dependsOn = dependsOn.map { $0.elements ?? [$0] } ?? []
        for name in self.dependsOn where name.text == nil {
            throw TemplateError("DependsOn must name resources, not hold \(name.kindName)", at: name.position)
        }
        ignoredGlobals = try Self.ignoredGlobals(member.value["IgnoreGlobals"])
    }

    private static func ignoredGlobals(_ node: SourceNode?) throws(TemplateError) -> [String]? {
        guard let node else { return [] }
        if node.text == "*" { return nil }
        guard let elements = node.elements else {
            throw TemplateError("IgnoreGlobals must be \"*\" or a list of properties", at: node.position)
        }
        return elements.compactMap(\.text)
    }
}
