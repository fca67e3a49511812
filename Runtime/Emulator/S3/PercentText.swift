import Routing

/// Percent-encoding as S3 does it.
package enum PercentText {
    /// - Parameter plusIsSpace: as in queries and in `x-amz-copy-source`; not in paths.
    /// - Returns: nil if what comes out is no UTF-8.
    package static func decoded(_ text: some StringProtocol, plusIsSpace: Bool) -> String? {
        String(validating: PercentEncoding.bytes(of: Substring(text), plusIsSpace: plusIsSpace), as: UTF8.self)
    }

    /// As in notifications, and in the answer to a list with `encoding-type=url`: letters, digits, `-_.*/` stay, a space
    /// becomes `+`.
    package static func listed(_ text: String) -> String {
        encoded(text, keeping: "-_.*/", spaceIsPlus: true)
    }

    /// As in a path.
    package static func path(_ text: String) -> String { encoded(text, keeping: "-_.~/", spaceIsPlus: false) }

    private static func encoded(_ text: String, keeping kept: StaticString, spaceIsPlus: Bool) -> String {
        let kept = Array(String(describing: kept).utf8)
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                bytes.append(byte)
            case _ where kept.contains(byte): bytes.append(byte)
            case UInt8(ascii: " ") where spaceIsPlus: bytes.append(UInt8(ascii: "+"))
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
