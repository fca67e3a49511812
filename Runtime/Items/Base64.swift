/// Base64 with the standard alphabet and padding.
///
/// - Note: Source: RFC 4648, section 4.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The value of each letter; 64 for what is none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 64, count: 256)
        for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
        return values
    }()

    package static func text(of bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        write(bytes, into: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the text.
    package static func write(_ bytes: [UInt8], into text: inout [UInt8]) {
        text.reserveCapacity(text.count + (bytes.count + 2) / 3 * 4)
        var position = 0
        while position < bytes.count {
            let count = min(3, bytes.count - position)
            var group = UInt32(bytes[position]) << 16
            if count > 1 { group |= UInt32(bytes[position + 1]) << 8 }
            if count > 2 { group |= UInt32(bytes[position + 2]) }
            text.append(alphabet[Int(group >> 18)])
            text.append(alphabet[Int(group >> 12 & 63)])
            text.append(count > 1 ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "="))
            text.append(count > 2 ? alphabet[Int(group & 63)] : UInt8(ascii: "="))
            position += 3
        }
    }

    /// The bytes; nil for a text that ``text(of:)`` does not make: other letters, missing padding, stray bits.
    package static func bytes(of text: String) -> [UInt8]? {
        let text = Array(text.utf8)
        guard text.count % 4 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        for start in stride(from: 0, to: text.count, by: 4) {
            var letters = 4
            if start + 4 == text.count {
                while letters > 2, text[start + letters - 1] == UInt8(ascii: "=") { letters -= 1 }
            }
            var group: UInt32 = 0
            for index in 0..<4 {
                let value = index < letters ? values[Int(text[start + index])] : 0
                guard value < 64 else { return nil }
                group = group << 6 | UInt32(value)
            }
            // What the padding cuts off must be zero, or two texts would stand for the same bytes.
            guard letters == 4 || group & (letters == 3 ? 0xFF : 0xFFFF) == 0 else { return nil }
            for shift in [16, 8, 0].prefix(letters - 1) {
                bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(shift)))
            }
        }
        return bytes
    }
}
