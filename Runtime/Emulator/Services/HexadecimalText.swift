import func Digest.hexadecimal

extension Sequence<UInt8> {
    /// Two small digits for each byte.
    var hexadecimalText: String { hexadecimal(Array(self)) }
}
