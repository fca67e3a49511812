/// What the section Globals adds to the resources of a SAM type.
///
/// - Note: Source: AWS SAM Developer Guide, "Globals section of the AWS SAM template".
enum GlobalProperties {
    /// The resource types by the names that Globals gives them.
    private static let types = [
        "Function": "AWS::Serverless::Function", "Api": "AWS::Serverless::Api", "HttpApi": "AWS::Serverless::HttpApi",
        "SimpleTable": "AWS::Serverless::SimpleTable", "StateMachine": "AWS::Serverless::StateMachine",
        "LayerVersion": "AWS::Serverless::LayerVersion", "CapacityProvider": "AWS::Serverless::CapacityProvider",
        "WebSocketApi": "AWS::Serverless::WebSocketApi",
    ]

    /// What functions may share. The others (a name, events, policies, a role) belong to one function.
    private static let functionProperties = [
        "Handler", "Runtime", "CodeUri", "DeadLetterQueue", "Description", "MemorySize", "Timeout", "VpcConfig",
        "Environment", "Tags", "PropagateTags", "Tracing", "KmsKeyArn", "Layers", "AutoPublishAlias",
        "AutoPublishAliasAllProperties", "AutoPublishCodeSha256", "DeploymentPreference", "RolePath",
        "PermissionsBoundary", "ReservedConcurrentExecutions", "ProvisionedConcurrencyConfig",
        "AssumeRolePolicyDocument", "EventInvokeConfig", "FileSystemConfigs", "CodeSigningConfigArn", "Architectures",
        "SnapStart", "EphemeralStorage", "FunctionUrlConfig", "RuntimeManagementConfig", "LoggingConfig",
        "RecursiveLoop", "SourceKMSKeyArn", "CapacityProviderConfig", "FunctionScalingConfig", "VersionDeletionPolicy",
        "PublishToLatestPublished", "TenancyConfig", "DurableConfig",
    ]

    static func check(_ section: SourceMember) throws(TemplateError) {
        guard let members = section.value.members else {
            throw TemplateError(
                "the section Globals must be a map, not \(section.value.kindName)", at: section.value.position)
        }
        for member in members {
            guard types[member.name] != nil else {
                throw TemplateError(
                    "Globals knows no \(member.name)\(suggestion(for: member.name, among: types.keys))",
                    at: member.position)
            }
            guard let properties = member.value.members else {
                throw TemplateError(
                    "\(member.name) must be a map, not \(member.value.kindName)", at: member.value.position)
            }
            for property in properties where member.name == "Function" {
                guard !functionProperties.contains(property.name) else { continue }
                throw TemplateError(
                    "Globals can't set \(property.name) for functions"
                        + (suggestion(for: property.name, among: functionProperties).isEmpty
                            ? "; set it in each function"
                            : suggestion(for: property.name, among: functionProperties)),
                    at: property.position)
            }
        }
    }

    /// The properties of a resource with the globals of its type merged in.
    static func merged(_ resource: ResourceDeclaration, _ globals: SourceNode?) -> SourceNode {
        let own = resource.properties ?? SourceNode(.map([]), at: resource.position)
        guard let name = types.first(where: { $0.value == resource.type })?.key, let shared = globals?[name]?.members,
            let ignored = resource.ignoredGlobals
        else { return own }
        let kept = shared.filter { !ignored.contains($0.name) }
        return merge(SourceNode(.map(kept), at: own.position), own)
    }

    /// Maps are merged, lists are put one behind the other, anything else of the resource replaces the global.
    private static func merge(_ global: SourceNode, _ own: SourceNode) -> SourceNode {
        switch (global.content, own.content) {
        case (.map(let shared), .map(let members)):
            var merged = shared.map { member in
                guard let other = members.first(where: { $0.name == member.name }) else { return member }
                return SourceMember(
                    name: member.name, position: other.position, value: merge(member.value, other.value))
            }
            let known = Set(shared.map(\.name))
            merged += members.filter { !known.contains($0.name) }
            return SourceNode(.map(merged), at: own.position)
        case (.list(let shared), .list(let elements)): return SourceNode(.list(shared + elements), at: own.position)
        default: return own
        }
    }
}
