/// `application/x-www-form-urlencoded`.
///
/// - Note: Source: WHATWG URL Standard, section 5.1.
enum FormEncoding {
    /// Names and values; of a repeated name the last one counts.
    static func decode(_ bytes: [UInt8]) -> [String: String] {
        var form: [String: String] = [:]
        for pair in bytes.split(separator: UInt8(ascii: "&")) {
            let halves = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            form[text(halves[0])] = halves.count > 1 ? text(halves[1]) : ""
        }
        return form
    }

    private static func text(_ part: ArraySlice<UInt8>) -> String {
        var decoded: [UInt8] = []
        var rest = part
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): decoded.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                if let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16), rest.count >= 2 {
                    decoded.append(value)
                    rest = rest.dropFirst(2)
                } else {
                    decoded.append(byte)
                }
            default: decoded.append(byte)
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }
}
