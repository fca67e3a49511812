/// Where an upload stands among others, as S3 says: the later one has the higher sequencer.
///
/// S3 promises that of uploads under one key. A user's uploads have keys of their own each; S3's sequencers begin with
/// the second, so that they order these too, but for two from the same second, of which it is all one who wins as long
/// as it is always the same.
///
/// - Note: Source: Amazon S3 User Guide, "Event message structure": fill up the shorter one with zeros on the right,
///   then compare as texts.
package struct AvatarSequencer: Hashable, Comparable, Sendable {
    private static let digitsMax = 64

    /// Capital digits without zeros at the end, so that the order of the texts is that of the sequencers.
    package let text: String

    /// - Returns: nil unless it is 1 to 64 hexadecimal digits.
    package init?(_ text: String) {
        guard (1...Self.digitsMax).contains(text.utf8.count), text.utf8.allSatisfy({ $0.isHexadecimalDigit }) else {
            return nil
        }
        var trimmed = text.uppercased()[...]
        while trimmed.utf8.count > 1, trimmed.hasSuffix("0") { trimmed.removeLast() }
        self.text = String(trimmed)
    }

    package static func < (a: AvatarSequencer, b: AvatarSequencer) -> Bool {
        a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
    }
}

extension UInt8 {
    fileprivate var isHexadecimalDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "F"),
            UInt8(ascii: "a")...UInt8(ascii: "f"):
            true
        default: false
        }
    }
}
