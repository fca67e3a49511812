/// Percent-encoding as URLs have it.
///
/// - Note: Source: RFC 3986, section 2.1; WHATWG URL Standard, section 5.1 for the plus sign.
package enum PercentEncoding {
    /// The text that an encoded one stands for; bytes that are no UTF-8 become replacement characters, a percent sign
    /// without two digits stays.
    ///
    /// - Parameter plusIsSpace: as in queries.
    package static func decoded(_ text: Substring, plusIsSpace: Bool = false) -> String {
        let special = text.utf8.contains { $0 == UInt8(ascii: "%") || plusIsSpace && $0 == UInt8(ascii: "+") }
        guard special else { return String(text) }
        return String(decoding: bytes(of: text, plusIsSpace: plusIsSpace), as: UTF8.self)
    }

    /// The bytes that an encoded text stands for.
    package static func bytes(of text: Substring, plusIsSpace: Bool = false) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let high = rest.first.flatMap(value(ofDigit:)),
                let low = rest.dropFirst().first.flatMap(value(ofDigit:))
            {
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return bytes
    }

    private static func value(ofDigit digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The names and values of a query in their order, decoded.
    package static func pairs(ofQuery query: String) -> [(name: String, value: String)] {
        query.split(separator: "&").map { pair in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = halves.count > 1 ? decoded(halves[1], plusIsSpace: true) : ""
            return (decoded(halves[0], plusIsSpace: true), value)
        }
    }
}
