import Digest

/// What is kept of a password: enough to check it, and to sign in by SRP, without telling it.
///
/// - Note: Source: RFC 2945, section 3; RFC 5054, section 2.4: v = g^x mod N.
package struct PasswordVerifier: Hashable, Sendable {
    package static let saltBytes = 16

    package let salt: [UInt8]
    /// Of 384 bytes at most, the highest first.
    package let verifier: [UInt8]

    package init(salt: [UInt8], verifier: [UInt8]) {
        self.salt = salt
        self.verifier = verifier
    }

    /// - Parameters:
    ///   - pool: the pool's id after its underscore.
    ///   - salt: ``saltBytes`` random ones.
    package init(password: String, user: String, pool: String, salt: [UInt8]) {
        self.salt = salt
        let exponent = SRPHashing.secretExponent(salt: salt, pool: pool, user: user, password: password)
        verifier = SRPHashing.generator.power(exponent).bytes
    }

    package func accepts(_ password: String, user: String, pool: String) -> Bool {
        let other = PasswordVerifier(password: password, user: user, pool: pool, salt: salt)
        return isEqualInConstantTime(other.verifier, verifier)
    }
}
