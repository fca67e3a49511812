import Digest
package import Events
import Items
import JSON
package import Services
import Synchronization
package import Time

/// Verifies a user pool's tokens where no gateway does: RS256 alone, by the pool's own keys, with issuer, audience and
/// times checked (R23, R43, R48).
///
/// - Note: Source: Amazon Cognito Developer Guide, "Verifying JSON web tokens"; RFC 7519; RFC 8725.
package final class TokenVerifier: Sendable {
    package static let tokenBytesMax = 16_384
    /// A pool has two keys or few more.
    package static let keysMax = 16
    /// Unknown key ids make nobody ask for the keys more often than this.
    package static let refreshPause: Duration = .seconds(60)

    private struct Keys {
        var byID: [String: RSAPublicKey] = [:]
        var fetchedAt: Timestamp?
    }

    private let source: any KeySource
    private let issuer: String
    private let clientID: String
    private let keys = Mutex(Keys())

    /// - Parameters:
    ///   - issuer: the pool's, as its tokens name it.
    ///   - clientID: the client for which tokens must be.
    package init(source: any KeySource, issuer: String, clientID: String) {
        self.source = source
        self.issuer = issuer
        self.clientID = clientID
    }

    /// The claims of a token that holds at `now`, or nil if it is none.
    ///
    /// - Throws: what makes it impossible to say: the keys can't be had.
    package func claims(of token: String, at now: Timestamp) async throws -> TokenClaims? {
        guard token.utf8.count <= Self.tokenBytesMax else { return nil }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.json(parts[0]), header["alg"] == "RS256",
            let keyID = header["kid"]?.string, let signature = Self.bytes(parts[2]),
            let key = try await key(keyID, at: now),
            key.verifies(signature, of: Array((parts[0] + "." + parts[1]).utf8)),
            let claims = Self.json(parts[1])?.object, isMeantForUs(.object(claims), at: now)
        else { return nil }
        return TokenClaims(Dictionary(claims.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last }))
    }

    private func isMeantForUs(_ claims: JSONValue, at now: Timestamp) -> Bool {
        guard claims["iss"]?.string == issuer, let expiry = claims["exp"]?.int,
            now < Timestamp(seconds: Int64(expiry))
        else { return false }
        if let start = claims["nbf"]?.int, now < Timestamp(seconds: Int64(start)) { return false }
        return switch claims["token_use"]?.string {
        case "id": claims["aud"]?.string == clientID
        case "access": claims["client_id"]?.string == clientID
        default: false
        }
    }

    private func key(_ id: String, at now: Timestamp) async throws -> RSAPublicKey? {
        let (known, fetchedAt) = keys.withLock { ($0.byID[id], $0.fetchedAt) }
        if let known { return known }
        if let fetchedAt, now - fetchedAt < Self.refreshPause, fetchedAt <= now { return nil }
        let fetched = try Self.keys(in: await source.keySet())
        keys.withLock { $0 = Keys(byID: fetched, fetchedAt: now) }
        return fetched[id]
    }

    private static func keys(in set: [UInt8]) throws(ServiceError) -> [String: RSAPublicKey] {
        guard let listed = (try? parseJSON(set))?["keys"]?.array else {
            // Keys that were good stay so.
            throw .unavailable("the user pool's key set is no JSON with keys")
        }
        var keys: [String: RSAPublicKey] = [:]
        for key in listed.prefix(keysMax) {
            guard key["kty"] == "RSA", key["use"] ?? "sig" == "sig", key["alg"] ?? "RS256" == "RS256",
                let id = key["kid"]?.string, let modulus = key["n"]?.string.flatMap({ bytes($0[...]) }),
                let exponent = key["e"]?.string.flatMap({ bytes($0[...]) })
            else { continue }
            keys[id] = RSAPublicKey(modulus: modulus, exponent: exponent)
        }
        return keys
    }

    private static func json(_ part: Substring) -> JSONValue? { bytes(part).flatMap { try? parseJSON($0) } }

    /// - Note: Source: RFC 4648, section 5, without padding.
    private static func bytes(_ part: Substring) -> [UInt8]? {
        guard !part.contains(where: { "+/=".contains($0) }) else { return nil }
        let standard = part.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
        return Base64.bytes(of: String(standard) + String(repeating: "=", count: (4 - part.utf8.count % 4) % 4))
    }
}
