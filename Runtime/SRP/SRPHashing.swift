import Digest

/// What user pools hash, and how they write the numbers in it.
///
/// - Note: Source: RFC 5054, section 2.5; the public clients of user pools (amazon-cognito-identity-js,
///   `AuthenticationHelper.js`), which differ in that numbers are padded to whole bytes with a clear sign bit and not
///   to the length of N.
enum SRPHashing {
    /// The number's bytes, led by a zero if the first has its highest bit set.
    static func signed(_ number: [UInt8]) -> [UInt8] {
        let digits = Array(number.drop { $0 == 0 })
        guard let first = digits.first else { return [0] }
        return first & 0x80 == 0 ? digits : [0] + digits
    }

    static let generator = Residue(bytes: [2])!

    /// k = H(N | g).
    static let multiplier: Residue = {
        let modulus = bytes(hexadecimal: Residue.modulus)!
        return Residue(bytes: SHA256.hash(signed(modulus) + [2]))!
    }()

    /// x = H(salt | H(pool | user | ":" | password)).
    static func secretExponent(salt: [UInt8], pool: String, user: String, password: String) -> [UInt8] {
        SHA256.hash(signed(salt) + SHA256.hash(Array("\(pool)\(user):\(password)".utf8)))
    }

    /// u = H(A | B).
    static func scrambler(_ clientPublic: [UInt8], _ serverPublic: [UInt8]) -> [UInt8] {
        SHA256.hash(signed(clientPublic) + signed(serverPublic))
    }

    /// The 16 bytes that both sides sign with, by HKDF.
    ///
    /// - Note: Source: RFC 5869, of which one block is taken.
    static func key(shared: [UInt8], scrambler: [UInt8]) -> [UInt8] {
        let pseudorandom = HMACSHA256.authenticate(key: signed(scrambler), message: signed(shared))
        let block = HMACSHA256.authenticate(key: pseudorandom, message: Array("Caldera Derived Key".utf8) + [1])
        return Array(block.prefix(16))
    }
}
