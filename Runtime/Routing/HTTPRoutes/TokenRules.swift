package import JSON
package import Time

/// What an HTTP API asks of the claims of a token whose signature it has verified.
///
/// - Note: Source: Amazon API Gateway Developer Guide, "Control access to HTTP APIs with JWT authorizers".
package struct TokenRules: Hashable, Sendable {
    package var issuer: String
    /// One of them must be the token's; none asks for none.
    package var audience: [String]

    package init(issuer: String, audience: [String]) {
        self.issuer = issuer
        self.audience = audience
    }

    /// The first rule that the claims break; nil if they count.
    ///
    /// - Parameter scopes: of the route; the token needs one of them.
    package func refusal(of claims: JSONObject, scopes: [String], at now: Timestamp) -> TokenRefusal? {
        guard claims["iss"]?.string == issuer else { return .issuer }
        guard hasAudience(claims) else { return .audience }
        // Half a second counts: the number of a claim need not be whole.
        let seconds = Double(now.milliseconds) / 1_000
        guard let expiry = claims["exp"]?.double, seconds < expiry else { return .expired }
        if let start = claims["nbf"], start.double.map({ seconds < $0 }) ?? true { return .notYetValid }
        if let issued = claims["iat"], issued.double.map({ seconds < $0 }) ?? true { return .issuedLater }
        if !scopes.isEmpty, !Self.scopes(of: claims).contains(where: scopes.contains) { return .scope }
        return nil
    }

    /// `client_id` counts only if there is no `aud`.
    private func hasAudience(_ claims: JSONObject) -> Bool {
        guard !audience.isEmpty else { return true }
        switch claims["aud"] {
        case .string(let one)?: return audience.contains(one)
        case .array(let several)?: return several.contains { $0.string.map(audience.contains) ?? false }
        case nil, .null?: return claims["client_id"]?.string.map(audience.contains) ?? false
        default: return false
        }
    }

    /// `scp` or `scope`: a list, or a text with spaces between.
    package static func scopes(of claims: JSONObject) -> [String] {
        switch claims["scp"] ?? claims["scope"] {
        case .string(let text)?: text.split(separator: " ").map(String.init)
        case .array(let list)?: list.compactMap(\.string)
        default: []
        }
    }

    /// The claims as a function gets them: every value is a text, a list is `[a b]`, null is left out.
    package static func eventClaims(_ claims: JSONObject) -> JSONObject {
        var texts = JSONObject()
        for (name, value) in claims { texts[name] = text(of: value).map { .string($0) } }
        return texts
    }

    private static func text(of value: JSONValue) -> String? {
        switch value {
        case .null: nil
        case .string(let text): text
        case .array(let elements): "[" + elements.compactMap(text).joined(separator: " ") + "]"
        case .bool, .number, .object: value.compactText
        }
    }
}

/// Why a token does not open a route; earlier cases win.
package enum TokenRefusal: Error, Hashable, Sendable, CaseIterable {
    case missing
    case malformed
    case algorithm
    case unknownKey
    case signature
    case issuer
    case audience
    case expired
    case notYetValid
    case issuedLater
    case scope
    /// The issuer's keys could not be had.
    case keysUnavailable

    /// What `www-authenticate` says.
    package var reason: String {
        switch self {
        case .missing: "no token was sent"
        case .malformed: "the token is malformed"
        case .algorithm: "the token is not signed with RS256, RS384 or RS512"
        case .unknownKey: "the token is signed with an unknown key"
        case .signature: "the token has an invalid signature"
        case .issuer: "the token does not have a valid issuer"
        case .audience: "the token does not have a valid audience"
        case .expired: "the token has expired"
        case .notYetValid: "the token is not valid yet"
        case .issuedLater: "the token was issued in the future"
        case .scope: "the token does not have a required scope"
        case .keysUnavailable: "the issuer's keys could not be fetched"
        }
    }
}
