import JSON
import Template
import Time

// What pools and their clients are like.
extension CognitoService {
    func describeUserPool(_ request: PoolRequest) throws(ServiceFault) -> JSONValue {
        let pool = try pool(of: request)
        let resource = pool.resource
        let policy = resource.passwordPolicy
        func texts(_ list: [String]) -> JSONValue { .array(list.map(JSONValue.string)) }
        var description: JSONObject = [
            "Id": .string(pool.id), "Name": .string(resource.name), "Arn": .string(resource.arn),
            "Policies": [
                "PasswordPolicy": [
                    "MinimumLength": .number(JSONNumber(policy.minimumLength)),
                    "RequireUppercase": .bool(policy.requiresUppercase),
                    "RequireLowercase": .bool(policy.requiresLowercase),
                    "RequireNumbers": .bool(policy.requiresNumbers), "RequireSymbols": .bool(policy.requiresSymbols),
                    "TemporaryPasswordValidityDays": .number(JSONNumber(policy.temporaryPasswordDays)),
                ]
            ],
            "DeletionProtection": resource.isDeletionProtected ? "ACTIVE" : "INACTIVE",
            "LambdaConfig": .object(JSONObject(texts: resource.triggers)),
            "LastModifiedDate": Self.seconds(pool.createdAt.milliseconds),
            "CreationDate": Self.seconds(pool.createdAt.milliseconds),
            "SchemaAttributes": .array(Self.schema(of: resource)),
            "AutoVerifiedAttributes": texts(resource.autoVerifiedAttributes),
            "EmailVerificationMessage": .string(resource.verificationEmail.text),
            "EmailVerificationSubject": .string(resource.verificationEmail.subject),
            "SmsVerificationMessage": .string(resource.verificationSMS), "MfaConfiguration": "OFF",
            "EstimatedNumberOfUsers": .number(JSONNumber(pool.users.count)),
            "AdminCreateUserConfig": [
                "AllowAdminCreateUserOnly": .bool(resource.allowsAdminCreateUserOnly),
                "UnusedAccountValidityDays": .number(JSONNumber(policy.temporaryPasswordDays)),
            ],
            "UsernameConfiguration": ["CaseSensitive": .bool(resource.isCaseSensitive)],
            "AccountRecoverySetting": [
                "RecoveryMechanisms": .array(
                    resource.recovery.enumerated().map { index, name in
                        ["Priority": .number(JSONNumber(index + 1)), "Name": .string(name)]
                    })
            ],
        ]
        if !resource.usernameAttributes.isEmpty {
            description["UsernameAttributes"] = texts(resource.usernameAttributes)
        }
        if !resource.aliasAttributes.isEmpty { description["AliasAttributes"] = texts(resource.aliasAttributes) }
        return ["UserPool": .object(description)]
    }

    /// The attributes that the template declares; every pool has the standard ones besides.
    private static func schema(of resource: UserPoolResource) -> [JSONValue] {
        let declared = resource.attributes.map { attribute -> JSONValue in
            [
                "Name": .string(attribute.name), "AttributeDataType": .string(attribute.type),
                "DeveloperOnlyAttribute": false, "Mutable": .bool(attribute.isMutable),
                "Required": .bool(attribute.isRequired),
            ]
        }
        let names = Set(resource.attributes.map(\.name))
        return UserPoolResource.Attribute.standardNames.sorted().filter { !names.contains($0) }.map { name in
            let isFlag = name.hasSuffix("_verified")
            let type = isFlag ? "Boolean" : name == "updated_at" ? "Number" : "String"
            return [
                "Name": .string(name), "AttributeDataType": .string(type), "DeveloperOnlyAttribute": false,
                "Mutable": .bool(name != "sub"), "Required": .bool(name == "sub"),
            ]
        } + declared
    }

    func describeUserPoolClient(_ request: PoolRequest) throws(ServiceFault) -> JSONValue {
        let pool = try pool(of: request)
        let id = try request.text("ClientId", max: 128)
        guard let client = pool.clients[id] else { throw .noClient(id) }
        func number(_ value: Int) -> JSONValue { .number(JSONNumber(value)) }
        var description: JSONObject = [
            "UserPoolId": .string(pool.id), "ClientName": .string(client.name), "ClientId": .string(client.id),
            "LastModifiedDate": Self.seconds(pool.createdAt.milliseconds),
            "CreationDate": Self.seconds(pool.createdAt.milliseconds),
            "RefreshTokenValidity": number(client.refreshTokenSeconds),
            "AccessTokenValidity": number(client.accessTokenSeconds),
            "IdTokenValidity": number(client.idTokenSeconds),
            "TokenValidityUnits": ["AccessToken": "seconds", "IdToken": "seconds", "RefreshToken": "seconds"],
            "ExplicitAuthFlows": .array(client.flows.sorted().map(JSONValue.string)),
            "AllowedOAuthFlowsUserPoolClient": false,
            "PreventUserExistenceErrors": client.hidesUserExistence ? "ENABLED" : "LEGACY",
            "EnableTokenRevocation": .bool(client.canRevokeTokens),
            "AuthSessionValidity": number(client.challengeSeconds / 60),
        ]
        description["ClientSecret"] = client.secret.map(JSONValue.string)
        description["ReadAttributes"] = client.readAttributes.map { .array($0.sorted().map(JSONValue.string)) }
        description["WriteAttributes"] = client.writeAttributes.map { .array($0.sorted().map(JSONValue.string)) }
        if let grace = client.rotationGraceSeconds {
            description["RefreshTokenRotation"] = ["Feature": "ENABLED", "RetryGracePeriodSeconds": number(grace)]
        }
        return ["UserPoolClient": .object(description)]
    }

    func listUserPools(_ request: PoolRequest) throws(ServiceFault) -> JSONValue {
        let (page, next) = try Page.of(
            pools.values.sorted { $0.id < $1.id }, key: \.id, after: try request.optionalText("NextToken"),
            limit: try request.limit("MaxResults", in: 1...60))
        let list = page.map { pool -> JSONValue in
            [
                "Id": .string(pool.id), "Name": .string(pool.resource.name),
                "LambdaConfig": .object(JSONObject(texts: pool.resource.triggers)),
                "LastModifiedDate": Self.seconds(pool.createdAt.milliseconds),
                "CreationDate": Self.seconds(pool.createdAt.milliseconds),
            ]
        }
        var answer: JSONObject = ["UserPools": .array(list)]
        answer["NextToken"] = next.map(JSONValue.string)
        return .object(answer)
    }

    func listUserPoolClients(_ request: PoolRequest) throws(ServiceFault) -> JSONValue {
        let pool = try pool(of: request)
        let (page, next) = try Page.of(
            pool.clients.values.sorted { $0.id < $1.id }, key: \.id, after: try request.optionalText("NextToken"),
            limit: try request.limit("MaxResults", in: 1...60))
        let list = page.map { client -> JSONValue in
            ["ClientId": .string(client.id), "UserPoolId": .string(pool.id), "ClientName": .string(client.name)]
        }
        var answer: JSONObject = ["UserPoolClients": .array(list)]
        answer["NextToken"] = next.map(JSONValue.string)
        return .object(answer)
    }
}
