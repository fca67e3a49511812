/// A program that signs people in to a user pool (`AWS::Cognito::UserPoolClient`).
///
/// - Note: Source: AWS CloudFormation Template Reference, "AWS::Cognito::UserPoolClient"; Amazon Cognito API Reference,
///   CreateUserPoolClient.
package struct UserPoolClientResource: Hashable, Sendable {
    package static let type = "AWS::Cognito::UserPoolClient"

    package let logicalID: String
    package let position: SourcePosition
    /// The value of `Ref`.
    package let id: String
    package let name: String
    package let poolID: String
    package let hasSecret: Bool
    /// With `ALLOW_` in front, such as `ALLOW_USER_SRP_AUTH`.
    package let flows: Set<String>
    package let hidesUserExistence: Bool
    package let canRevokeTokens: Bool
    package let accessTokenSeconds: Int
    package let idTokenSeconds: Int
    package let refreshTokenSeconds: Int
    package let challengeSeconds: Int
    /// How long an exchanged refresh token still counts; nil if refresh tokens stay the same.
    package let rotationGraceSeconds: Int?
    /// nil for every attribute.
    package let readAttributes: Set<String>?
    package let writeAttributes: Set<String>?
    /// Every property, these included.
    package let properties: TemplateValue

    private static let flowNames = [
        "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_AUTH", "ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY",
        "USER_PASSWORD_AUTH",
    ]
    /// What the names without `ALLOW_` stand for; SRP and refreshing are then allowed as well.
    private static let oldFlows = [
        "ADMIN_NO_SRP_AUTH": "ALLOW_ADMIN_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH": "ALLOW_USER_PASSWORD_AUTH",
        "CUSTOM_AUTH_FLOW_ONLY": "ALLOW_CUSTOM_AUTH",
    ]

    init(_ resource: Resource) throws(TemplateError) {
        let properties = resource.properties
        logicalID = resource.logicalID
        position = resource.position
        id = resource.reference
        self.properties = properties
        name = try properties["ClientName"]?.requireText("ClientName") ?? resource.logicalID
        poolID = try properties.require("UserPoolId", of: "the client \(resource.logicalID)").requireText("UserPoolId")
        hasSecret = try properties["GenerateSecret"]?.requireBoolean("GenerateSecret") ?? false
        flows = try Self.flows(properties["ExplicitAuthFlows"])
        hidesUserExistence =
            try properties["PreventUserExistenceErrors"]?
            .requireText("PreventUserExistenceErrors", oneOf: ["ENABLED", "LEGACY"]) == "ENABLED"
        canRevokeTokens = try properties["EnableTokenRevocation"]?.requireBoolean("EnableTokenRevocation") ?? true
        let day = 86_400
        accessTokenSeconds = try Self.seconds(
            properties, "AccessToken", unit: "hours", default: 3_600, in: 300...day)
        idTokenSeconds = try Self.seconds(properties, "IdToken", unit: "hours", default: 3_600, in: 300...day)
        refreshTokenSeconds = try Self.seconds(
            properties, "RefreshToken", unit: "days", default: 30 * day, in: 3_600...3_650 * day)
        challengeSeconds =
            60 * (try properties["AuthSessionValidity"]?.requireInteger("AuthSessionValidity", in: 3...15) ?? 3)
        if let rotation = properties["RefreshTokenRotation"],
            try rotation.require("Feature", of: "RefreshTokenRotation")
                .requireText("Feature", oneOf: ["ENABLED", "DISABLED"]) == "ENABLED"
        {
            rotationGraceSeconds =
                try rotation["RetryGracePeriodSeconds"]?.requireInteger("RetryGracePeriodSeconds", in: 0...60) ?? 0
        } else {
            rotationGraceSeconds = nil
        }
        readAttributes = try Self.names(properties["ReadAttributes"], "ReadAttributes")
        writeAttributes = try Self.names(properties["WriteAttributes"], "WriteAttributes")
    }

    private static func flows(_ value: TemplateValue?) throws(TemplateError) -> Set<String> {
        guard let value else { return ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"] }
        var flows: Set<String> = []
        for element in try value.requireList("ExplicitAuthFlows") {
            let name = try element.requireText("an element of ExplicitAuthFlows", oneOf: flowNames)
            flows.insert(oldFlows[name] ?? name)
            if oldFlows[name] != nil { flows.formUnion(["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"]) }
        }
        return flows
    }

    /// How long tokens of a kind count.
    private static func seconds(
        _ properties: TemplateValue, _ token: String, unit: String, default seconds: Int, in range: ClosedRange<Int>
    ) throws(TemplateError) -> Int {
        guard let value = properties["\(token)Validity"] else { return seconds }
        let units = ["seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400]
        let unit =
            try properties["TokenValidityUnits"]?[token]?.requireText(token, oneOf: units.keys.sorted()) ?? unit
        let count = try value.requireInteger("\(token)Validity", in: 1...315_360_000)
        let (result, isTooMuch) = count.multipliedReportingOverflow(by: units[unit]!)
        guard !isTooMuch, range.contains(result) else {
            throw TemplateError(
                "\(token)Validity is \(count) \(unit); it must lie between \(range.lowerBound) and \(range.upperBound) "
                    + "seconds", at: value.position)
        }
        return result
    }

    private static func names(_ value: TemplateValue?, _ name: String) throws(TemplateError) -> Set<String>? {
        guard let value else { return nil }
        var names: Set<String> = []
        for element in try value.requireList(name) { names.insert(try element.requireText("an element of \(name)")) }
        return names
    }
}

/// A group of a user pool (`AWS::Cognito::UserPoolGroup`).
///
/// - Note: Source: AWS CloudFormation Template Reference, "AWS::Cognito::UserPoolGroup".
package struct UserPoolGroupResource: Hashable, Sendable {
    package static let type = "AWS::Cognito::UserPoolGroup"

    package let logicalID: String
    package let position: SourcePosition
    package let name: String
    package let poolID: String
    package let description: String?
    package let precedence: Int?
    package let roleARN: String?

    init(_ resource: Resource) throws(TemplateError) {
        let properties = resource.properties
        logicalID = resource.logicalID
        position = resource.position
        name = try properties["GroupName"]?.requireText("GroupName") ?? resource.reference
        poolID = try properties.require("UserPoolId", of: "the group \(resource.logicalID)").requireText("UserPoolId")
        description = try properties["Description"]?.requireText("Description")
        precedence = try properties["Precedence"]?.requireInteger("Precedence", in: 0...Int(Int32.max))
        roleARN = try properties["RoleArn"]?.requireText("RoleArn")
    }
}

extension Stack {
    package func userPools() throws(TemplateError) -> [UserPoolResource] {
        var pools: [UserPoolResource] = []
        for resource in resources where resource.type == UserPoolResource.type {
            pools.append(try UserPoolResource(resource, functions))
        }
        return pools
    }

    package func userPoolClients() throws(TemplateError) -> [UserPoolClientResource] {
        var clients: [UserPoolClientResource] = []
        for resource in resources where resource.type == UserPoolClientResource.type {
            let client = try UserPoolClientResource(resource)
            try requireUserPool(client.poolID, for: client.logicalID, at: client.position)
            clients.append(client)
        }
        return clients
    }

    package func userPoolGroups() throws(TemplateError) -> [UserPoolGroupResource] {
        var groups: [UserPoolGroupResource] = []
        for resource in resources where resource.type == UserPoolGroupResource.type {
            let group = try UserPoolGroupResource(resource)
            try requireUserPool(group.poolID, for: group.logicalID, at: group.position)
            groups.append(group)
        }
        return groups
    }

    private func requireUserPool(
        _ id: String, for logicalID: String, at position: SourcePosition
    ) throws(TemplateError) {
        guard resources.contains(where: { $0.type == UserPoolResource.type && $0.reference == id }) else {
            throw TemplateError(
                "UserPoolId of \(logicalID) names no \(UserPoolResource.type) of this template; use !Ref with its logical id",
                at: position)
        }
    }
}
