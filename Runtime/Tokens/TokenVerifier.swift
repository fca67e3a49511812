package import JSON
import JWTKit

/// Verifies who signed a token: algorithm RS256 and a key of the set, named by `kid`. What the claims say is for its
/// callers to judge, by their own clock.
///
/// Making one waits, using one does not: so it can be used on an event loop.
///
/// - Note: Source: RFC 7515, section 5.2; RFC 8725 (best current practices), section 3.1: the algorithm is the
///   verifier's choice, not the token's.
package struct TokenVerifier: Sendable {
    /// Longer ones are refused unread; Cognito's own stay far below.
    package static let tokenBytesMax = 65_536

    private let algorithms: [String: any JWTAlgorithm]

    /// - Parameter jwks: `{"keys": [...]}`. Keys that are not for RS256 signatures, or that can't be read, are left
    ///   out.
    package init(jwks: JSONValue) async {
        var algorithms: [String: any JWTAlgorithm] = [:]
        for jwk in jwks["keys"]?.array ?? [] {
            guard jwk["kty"]?.string == "RSA", jwk["alg"]?.string ?? "RS256" == "RS256",
                jwk["use"]?.string ?? "sig" == "sig", let id = jwk["kid"]?.string, let modulus = jwk["n"]?.string,
                let exponent = jwk["e"]?.string,
                let key = try? Insecure.RSA.PublicKey(modulus: modulus, exponent: exponent)
            else { continue }
            algorithms[id] = try? await JWTKeyCollection().add(rsa: key, digestAlgorithm: .sha256).getKey()
        }
        self.algorithms = algorithms
    }

    /// - Returns: the token's claims.
    package func verify(_ token: String) throws(TokenFailure) -> JSONValue {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard token.utf8.count <= Self.tokenBytesMax, parts.count == 3, let header = Self.object(parts[0]),
            let claims = Self.object(parts[1]), let signature = Base64URL.bytes(of: parts[2]),
            // None of the extensions that a token may demand are known here (RFC 7515, section 4.1.11).
            header["crit"] == nil
        else { throw .malformed }
        guard header["alg"]?.string == "RS256", let id = header["kid"]?.string, let algorithm = algorithms[id] else {
            throw .unknownKey
        }
        let signed = Array(token.utf8.prefix(parts[0].utf8.count + 1 + parts[1].utf8.count))
        guard (try? algorithm.verify(signature, signs: signed)) == true else { throw .badSignature }
        return claims
    }

    private static func object(_ part: Substring) -> JSONValue? {
        guard let bytes = Base64URL.bytes(of: part), let value = try? parseJSON(bytes), value.object != nil else {
            return nil
        }
        return value
    }
}
