import CryptoExtras
import Digest
package import JSON
import JWTKit

/// An RSA key of 2048 bits that signs tokens with RS256, and what others need to verify them.
///
/// Making one takes time, using one does not wait: so it can be used on an event loop.
///
/// - Note: Source: RFC 7515 (JSON Web Signature); RFC 7517 (JSON Web Key); RFC 7518, sections 3.3 and 6.3.
package struct SigningKey: Sendable {
    /// The key's RFC 7638 thumbprint in base64: 44 characters, as long as those of user pools.
    package let id: String
    /// The private key, to be kept.
    package let pem: String
    /// The public half as a member of a key set's `keys`.
    package let publicJWK: JSONValue
    private let header: String
    private let algorithm: any JWTAlgorithm

    /// A new key. Takes about 100 ms of computing.
    package static func generate() async throws -> SigningKey {
        try await SigningKey(pem: _RSA.Signing.PrivateKey(keySize: .bits2048).pemRepresentation)
    }

    /// - Throws: if the text is no private RSA key in PEM form, or one of less than 2048 bits.
    package init(pem: String) async throws {
        let key = try Insecure.RSA.PrivateKey(pem: pem)
        let primitives = try key.publicKey.getKeyPrimitives()
        let exponent = Base64URL.text(of: Array(primitives.publicExponent))
        let modulus = Base64URL.text(of: Array(primitives.modulus))
        // The members and their order are RFC 7638's.
        let thumbprint = SHA256.hash(Array(#"{"e":"\#(exponent)","kty":"RSA","n":"\#(modulus)"}"#.utf8))
        id = Self.base64(thumbprint)
        self.pem = pem
        publicJWK = [
            "alg": "RS256", "e": .string(exponent), "kid": .string(id), "kty": "RSA", "n": .string(modulus),
            "use": "sig",
        ]
        let header: JSONValue = ["kid": .string(id), "alg": "RS256"]
        self.header = Base64URL.text(of: header.compactBytes)
        algorithm = try await JWTKeyCollection().add(rsa: key, digestAlgorithm: .sha256).getKey()
    }

    /// A thumbprint's 32 bytes leave two in the last group.
    private static func base64(_ thumbprint: [UInt8]) -> String {
        var text = ""
        for character in Base64URL.text(of: thumbprint) {
            switch character {
            case "-": text.append("+")
            case "_": text.append("/")
            default: text.append(character)
            }
        }
        return text + "="
    }

    /// The token for these claims, in the compact form.
    package func sign(claims: JSONValue) throws -> String {
        let signed = "\(header).\(Base64URL.text(of: claims.compactBytes))"
        return "\(signed).\(Base64URL.text(of: try algorithm.sign(Array(signed.utf8))))"
    }
}
