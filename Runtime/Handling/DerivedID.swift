import Digest

/// An id that follows from what it stands for, so that the same request come again finds what it made before: 24 small
/// hexadecimal digits, the first 96 bits of a SHA-256.
///
/// - Parameters:
///   - kind: what the id is for: the same key names other things elsewhere.
///   - userID: the verified user, so that nobody can aim at another's ids.
///   - key: the idempotency key.
package func derivedID(_ kind: String, of userID: String, key: String) -> String {
    fingerprint(of: [kind, userID, key])
}

/// Tells texts from others: 24 small hexadecimal digits, the first 96 bits of a SHA-256.
package func fingerprint(of parts: [String]) -> String {
    // The lengths keep apart what would run together.
    let text = parts.map { "\($0.utf8.count):\($0)" }.joined()
    return hexadecimal(Array(SHA256.hash(Array(text.utf8)).prefix(12)))
}
