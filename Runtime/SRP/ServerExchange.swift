import Digest

/// The server's side of one sign-in by the Secure Remote Password protocol, version 6a, as user pools have it.
///
/// - Note: Source: RFC 5054, sections 2.5 and 2.6; T. Wu, "SRP-6: Improvements and refinements", 2002.
package struct ServerExchange: Sendable {
    /// Of the server's secret exponent: 256 bits, as RFC 5054 asks for.
    package static let secretBytes = 32

    /// B = k·v + g^b.
    package let publicValue: [UInt8]
    private let key: [UInt8]

    /// - Parameters:
    ///   - clientPublic: A, the highest byte first.
    ///   - secret: ``secretBytes`` random ones.
    /// - Returns: nil if A or B is no number that the protocol allows: then the password would not matter.
    package init?(password: PasswordVerifier, clientPublic: [UInt8], secret: [UInt8]) {
        guard let client = Residue(bytes: clientPublic.drop { $0 == 0 }), !client.isZero,
            let verifier = Residue(bytes: password.verifier)
        else { return nil }
        let server = SRPHashing.multiplier * verifier + SRPHashing.generator.power(secret)
        guard !server.isZero else { return nil }
        publicValue = server.bytes
        let scrambler = SRPHashing.scrambler(clientPublic, publicValue)
        // S = (A·v^u)^b.
        let shared = (client * verifier.power(scrambler)).power(secret)
        key = SRPHashing.key(shared: shared.bytes, scrambler: scrambler)
    }

    /// Whether the client knows the password: HMAC-SHA256 over the pool's name, the user, the challenge's secret block
    /// and the time as the client writes it.
    package func accepts(
        signature: [UInt8], pool: String, user: String, secretBlock: [UInt8], timestamp: String
    ) -> Bool {
        let message = Array((pool + user).utf8) + secretBlock + Array(timestamp.utf8)
        return isEqualInConstantTime(HMACSHA256.authenticate(key: key, message: message), signature)
    }
}
