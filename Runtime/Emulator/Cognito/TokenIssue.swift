import Digest
import JSON
import Template
import Time
import Tokens

/// What stands in a pool's tokens.
///
/// - Note: Source: Amazon Cognito Developer Guide, "Understanding the identity (ID) token" and "Understanding the
///   access token".
struct TokenIssue {
    let pool: UserPool
    let client: UserPoolClientResource
    let user: PoolUser
    let session: PoolSession
    let now: Timestamp

    /// What a PreTokenGeneration trigger has to say of one token.
    struct Override {
        var claims: JSONObject = [:]
        var suppressed: Set<String> = []
        var addedScopes: [String] = []
        var suppressedScopes: Set<String> = []
    }
    var groups: [String]
    var roles: [String]
    var preferredRole: String?
    var idOverride = Override()
    var accessOverride = Override()

    init(pool: UserPool, client: UserPoolClientResource, user: PoolUser, session: PoolSession, now: Timestamp) {
        self.pool = pool
        self.client = client
        self.user = user
        self.session = session
        self.now = now
        // The group that counts most comes first.
        let own = user.groups.compactMap { pool.groups[$0] }.sorted {
            ($0.precedence ?? .max, $0.name) < ($1.precedence ?? .max, $1.name)
        }
        groups = own.map(\.name)
        roles = own.compactMap(\.roleARN)
        preferredRole = own.first { $0.precedence != nil }?.roleARN
    }

    static let scope = "aws.cognito.signin.user.admin"
    /// Claims that no trigger may set or take away.
    private static let fixedClaims: Set<String> = [
        "acr", "amr", "at_hash", "auth_time", "azp", "exp", "iat", "iss", "jti", "nbf", "nonce", "origin_jti", "sub",
        "token_use", "event_id", "aud", "client_id", "username", "cognito:username", "device_key", "version",
        "identities",
    ]

    private func common(_ use: String, seconds: Int) -> JSONObject {
        let issued = now.secondsRoundedDown
        var claims: JSONObject = ["sub": .string(user.sub)]
        if !groups.isEmpty { claims["cognito:groups"] = .array(groups.map(JSONValue.string)) }
        claims["iss"] = .string(pool.issuer)
        if client.canRevokeTokens { claims["origin_jti"] = .string(session.id) }
        claims["event_id"] = .string(session.eventID)
        claims["token_use"] = .string(use)
        claims["auth_time"] = .number(JSONNumber(Int(session.authenticatedAt)))
        claims["exp"] = .number(JSONNumber(Int(issued) + seconds))
        claims["iat"] = .number(JSONNumber(Int(issued)))
        claims["jti"] = .string(pool.host.identifiers.requestID())
        return claims
    }

    func idClaims() -> JSONValue {
        var claims = common("id", seconds: client.idTokenSeconds)
        claims["aud"] = .string(client.id)
        claims["cognito:username"] = .string(user.username)
        if !roles.isEmpty { claims["cognito:roles"] = .array(roles.map(JSONValue.string)) }
        claims["cognito:preferred_role"] = preferredRole.map(JSONValue.string)
        for (name, value) in user.allAttributes where client.readAttributes?.contains(name) ?? true {
            switch name {
            case "sub": continue
            case "email_verified", "phone_number_verified": claims[name] = .bool(value == "true")
            case "address": claims[name] = ["formatted": .string(value)]
            default: claims[name] = .string(value)
            }
        }
        return .object(Self.apply(idOverride, to: claims))
    }

    func accessClaims() -> JSONValue {
        var claims = common("access", seconds: client.accessTokenSeconds)
        claims["client_id"] = .string(client.id)
        claims["username"] = .string(user.username)
        let scopes = [Self.scope] + accessOverride.addedScopes
        let kept = scopes.filter { !accessOverride.suppressedScopes.contains($0) }
        claims["scope"] = .string(kept.joined(separator: " "))
        return .object(Self.apply(accessOverride, to: claims))
    }

    private static func apply(_ override: Override, to claims: JSONObject) -> JSONObject {
        var claims = claims
        for (name, value) in override.claims where !fixedClaims.contains(name) { claims[name] = value }
        for name in override.suppressed where !fixedClaims.contains(name) { claims[name] = nil }
        return claims
    }

    // MARK: The trigger's answer

    /// - Parameter version: of the event that the trigger was sent.
    mutating func apply(_ response: JSONValue, version: String) throws(ServiceFault) {
        let name = version == "V1_0" ? "claimsOverrideDetails" : "claimsAndScopeOverrideDetails"
        guard let details = response[name], !details.isNull else { return }
        guard details.object != nil else { throw Triggers.invalidResponse("PreTokenGeneration") }
        if version == "V1_0" {
            idOverride = try Self.override(details)
        } else {
            idOverride = try Self.override(details["idTokenGeneration"] ?? [:])
            accessOverride = try Self.override(details["accessTokenGeneration"] ?? [:])
        }
        guard let groups = details["groupOverrideDetails"], !groups.isNull else { return }
        if let names = groups["groupsToOverride"]?.array { self.groups = names.compactMap(\.string) }
        if let roles = groups["iamRolesToOverride"]?.array { self.roles = roles.compactMap(\.string) }
        if let role = groups["preferredRole"]?.string { preferredRole = role }
    }

    private static func override(_ details: JSONValue) throws(ServiceFault) -> Override {
        var override = Override()
        guard !details.isNull else { return override }
        if let claims = details["claimsToAddOrOverride"], !claims.isNull {
            guard let object = claims.object else { throw Triggers.invalidResponse("PreTokenGeneration") }
            override.claims = object
        }
        override.suppressed = Set((details["claimsToSuppress"]?.array ?? []).compactMap(\.string))
        override.addedScopes = (details["scopesToAdd"]?.array ?? []).compactMap(\.string)
        override.suppressedScopes = Set((details["scopesToSuppress"]?.array ?? []).compactMap(\.string))
        return override
    }
}

/// A refresh token: the session's id and a secret, opaque to clients.
enum RefreshToken {
    static func text(session: String, secret: [UInt8]) -> String {
        Base64URL.text(of: Array(session.utf8)) + "." + Base64URL.text(of: secret)
    }

    static func sessionID(in token: String) -> String? {
        token.split(separator: ".").first.flatMap { Base64URL.bytes(of: $0) }.map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    static func hash(_ token: String) -> String { hexadecimal(SHA256.hash(Array(token.utf8))) }
}
