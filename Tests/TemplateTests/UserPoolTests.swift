import Template
import Testing

struct UserPoolTests {
    static func stack(_ pool: String, client: String = "", rest: String = "") throws(TemplateError) -> Stack {
        try Stack.load(
            text: """
                Resources:
                  P: { Type: AWS::Cognito::UserPool, Properties: { \(pool) } }
                  C: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: !Ref P, \(client) } }
                \(rest)
                """, file: "t.yaml")
    }

    @Test func `fills in what AWS fills in`() throws {
        let stack = try Self.stack("")
        let pool = try #require(try stack.userPools().first)
        #expect(pool.id == "us-east-1_P")
        #expect(pool.passwordPolicy == UserPoolResource.PasswordPolicy())
        #expect(pool.passwordPolicy.minimumLength == 8 && pool.passwordPolicy.requiresSymbols)
        #expect(pool.isCaseSensitive && !pool.allowsAdminCreateUserOnly)
        #expect(pool.recovery == ["verified_phone_number", "verified_email"])
        let client = try #require(try stack.userPoolClients().first)
        #expect(client.flows == ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"])
        #expect(client.accessTokenSeconds == 3_600 && client.idTokenSeconds == 3_600)
        #expect(client.refreshTokenSeconds == 2_592_000 && client.challengeSeconds == 180)
        #expect(!client.hidesUserExistence && client.canRevokeTokens && client.rotationGraceSeconds == nil)
    }

    @Test func `takes the requirements of a policy that is given, and no others`() throws {
        let pool = try #require(
            try Self.stack("Policies: { PasswordPolicy: { MinimumLength: 6, RequireNumbers: true } }").userPools().first
        )
        #expect(pool.passwordPolicy.minimumLength == 6 && pool.passwordPolicy.requiresNumbers)
        #expect(!pool.passwordPolicy.requiresSymbols && !pool.passwordPolicy.requiresUppercase)
    }

    @Test func `counts the life of tokens in their units`() throws {
        let client = try #require(
            try Self.stack(
                "",
                client: """
                    AccessTokenValidity: 5, RefreshTokenValidity: 3650, IdTokenValidity: 24,
                    TokenValidityUnits: { AccessToken: minutes }
                    """
            ).userPoolClients().first)
        #expect(client.accessTokenSeconds == 300)
        #expect(client.idTokenSeconds == 86_400)
        #expect(client.refreshTokenSeconds == 315_360_000)
    }

    @Test func `names old flows by their new names`() throws {
        let client = try #require(
            try Self.stack("", client: "ExplicitAuthFlows: [ADMIN_NO_SRP_AUTH]").userPoolClients().first)
        #expect(
            client.flows == ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"])
    }

    @Test func `takes triggers from the pool and from events`() throws {
        let pool = try #require(
            try Self.stack(
                "LambdaConfig: { PreSignUp: !GetAtt F.Arn }",
                rest: """
                      F:
                        Type: AWS::Serverless::Function
                        Properties:
                          Runtime: x
                          Handler: x
                          Events: { U: { Type: Cognito, Properties: { UserPool: !Ref P, Trigger: [CustomMessage] } } }
                    """
            ).userPools().first)
        #expect(Set(pool.triggers.keys) == ["PreSignUp", "CustomMessage"])
        #expect(Set(pool.triggers.values).count == 1)
    }

    static let badPools: [(String, String)] = [
        (
            "UsernameAttributes: [name]",
            "an element of UsernameAttributes must be one of email, phone_number, not name"
        ),
        (
            "UsernameAttributes: [email], AliasAttributes: [email]",
            "UsernameAttributes and AliasAttributes exclude each other; keep one of them"
        ),
        (
            "Policies: { PasswordPolicy: { MinimumLength: 5 } }",
            "MinimumLength must be a whole number from 6 to 99, not 5"
        ),
        ("Schema: [{ Name: tier, Required: true }]", "a custom attribute can't be required"),
        ("EmailVerificationMessage: Hello", "EmailVerificationMessage must hold {####}, where the code goes"),
        (
            "AccountRecoverySetting: { RecoveryMechanisms: [{ Name: letter, Priority: 1 }] }",
            "Name must be one of verified_email, verified_phone_number, admin_only, not letter"
        ),
    ]
    @Test(arguments: badPools) func `refuses pools`(properties: String, message: String) throws {
        let stack = try Self.stack(properties)
        let error = #expect(throws: TemplateError.self) { try stack.userPools() }
        #expect(error?.message == message)
        #expect(error?.position?.line == 2)
    }

    static let badClients: [(String, String)] = [
        ("AccessTokenValidity: 25", "AccessTokenValidity is 25 hours; it must lie between 300 and 86400 seconds"),
        (
            "AccessTokenValidity: 299, TokenValidityUnits: { AccessToken: seconds }",
            "AccessTokenValidity is 299 seconds; it must lie between 300 and 86400 seconds"
        ),
        (
            "RefreshTokenValidity: 3651",
            "RefreshTokenValidity is 3651 days; it must lie between 3600 and 315360000 seconds"
        ),
        ("AuthSessionValidity: 16", "AuthSessionValidity must be a whole number from 3 to 15, not 16"),
        (
            "PreventUserExistenceErrors: true",
            "PreventUserExistenceErrors must be one of ENABLED, LEGACY, not true"
        ),
        (
            "RefreshTokenRotation: { Feature: ENABLED, RetryGracePeriodSeconds: 61 }",
            "RetryGracePeriodSeconds must be a whole number from 0 to 60, not 61"
        ),
    ]
    @Test(arguments: badClients) func `refuses clients`(properties: String, message: String) throws {
        let stack = try Self.stack("", client: properties)
        let error = #expect(throws: TemplateError.self) { try stack.userPoolClients() }
        #expect(error?.message == message)
        #expect(error?.position?.line == 3)
    }

    @Test func `refuses a group of no pool`() throws {
        let stack = try Self.stack(
            "", rest: "  G: { Type: AWS::Cognito::UserPoolGroup, Properties: { UserPoolId: us-east-1_Q } }")
        let error = #expect(throws: TemplateError.self) { try stack.userPoolGroups() }
        #expect(error?.message.hasPrefix("UserPoolId of G names no AWS::Cognito::UserPool of this template") == true)
    }
}
