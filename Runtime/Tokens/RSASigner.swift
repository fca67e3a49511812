import CryptoExtras

/// An RSA key that signs bytes as `SHA256withRSA` does: SHA-256, and the padding of PKCS #1, version 1.5.
///
/// - Note: Source: RFC 8017, section 8.2.
package struct RSASigner: Sendable {
    private let key: _RSA.Signing.PrivateKey

    /// - Throws: if the bytes are no private RSA key in DER form, or one of less than 2048 bits.
    package init(der: [UInt8]) throws { key = try _RSA.Signing.PrivateKey(derRepresentation: der) }

    package func sign(_ message: [UInt8]) throws -> [UInt8] {
        Array(try key.signature(for: message, padding: .insecurePKCS1v1_5).rawRepresentation)
    }

    package func hasSigned(_ message: [UInt8], as signature: [UInt8]) -> Bool {
        key.publicKey.isValidSignature(
            _RSA.Signing.RSASignature(rawRepresentation: signature), for: message, padding: .insecurePKCS1v1_5)
    }
}
