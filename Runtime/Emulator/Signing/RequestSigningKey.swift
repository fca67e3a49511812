import Crypto

/// The key of one day, region and service.
///
/// - Note: Source: AWS Identity and Access Management User Guide, "Create a signed AWS API request", steps 3 and 4.
struct RequestSigningKey: Sendable {
    private let key: SymmetricKey

    /// - Parameter scope: date, region, service and terminator.
    init(secret: String, scope: [String]) {
        key = SymmetricKey(
            data: scope.reduce(Array("AWS4\(secret)".utf8)) { key, part in
                Array(HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: SymmetricKey(data: key)))
            })
    }

    /// Takes the same time wherever the two differ.
    func isRight(_ signature: String, of text: String) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(
            Self.bytes(signature), authenticating: Array(text.utf8), using: key)
    }

    /// Empty if the text is not hexadecimal.
    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == hex.utf8.count, digits.count.isMultiple(of: 2) else { return [] }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
