/// What is to be said of a template beside the properties of its resources: sections, and attributes of resources.
package struct TemplateRemark: Hashable, Sendable {
    /// A resource's logical id; nil for a section.
    package let logicalID: String?
    /// Such as `Outputs.VoteURL` or `DeletionPolicy`.
    package let name: String
    package let position: SourcePosition
    /// Why it changes nothing here, as a sentence without its stop; nil if it is acted on.
    package let reason: String?
}

extension TemplateDocument {
    /// - Note: Source: AWS CloudFormation User Guide, "Template anatomy", "Resource attribute reference".
    static func remarks(ofSection section: SourceMember) -> [TemplateRemark] {
        func remark(_ name: String, _ position: SourcePosition, _ reason: String?) -> TemplateRemark {
            TemplateRemark(logicalID: nil, name: name, position: position, reason: reason)
        }
        switch section.name {
        case "Resources": return []
        case "AWSTemplateFormatVersion", "Transform", "Globals":
            return [remark(section.name, section.position, nil)]
        case "Description": return [remark(section.name, section.position, "it is for people")]
        case "Metadata":
            return (section.value.members ?? [])
                .map {
                    remark("Metadata." + $0.name, $0.position, $0.name == "Emulator" ? nil : "it is for other tools")
                }
        case "Outputs":
            return (section.value.members ?? [])
                .map { remark("Outputs." + $0.name, $0.position, "its value is checked, and nothing here reads it") }
        default:
            return (section.value.members ?? []).map { remark("\(section.name).\($0.name)", $0.position, nil) }
        }
    }
}

extension ResourceDeclaration {
    static func remarks(of resource: SourceMember) -> [TemplateRemark] {
        (resource.value.members ?? [])
            .compactMap { attribute in
                let reason: String? =
                    switch attribute.name {
                    case "DeletionPolicy", "UpdateReplacePolicy": "nothing is deleted when a resource goes; see --data"
                    case "CreationPolicy", "UpdatePolicy": "resources are there at once"
                    case "Metadata": "it is for other tools"
                    default: nil
                    }
                if attribute.name == "Type" || attribute.name == "Properties" { return nil }
                return TemplateRemark(
                    logicalID: resource.name, name: attribute.name, position: attribute.position, reason: reason)
            }
    }
}
