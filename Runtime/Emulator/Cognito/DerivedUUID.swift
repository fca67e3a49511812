import Digest

/// UUIDs that are the same for the same text.
enum DerivedUUID {
    /// - Note: Source: RFC 9562, section 5.8 (version 8).
    static func text(_ text: String) -> String {
        var bytes = Array(SHA256.hash(Array(text.utf8)).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = Array(hexadecimal(bytes))
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
    }
}
