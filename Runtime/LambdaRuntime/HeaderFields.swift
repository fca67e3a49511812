/// The header lines of one HTTP message, kept as they came; a value is made a `String` when it is asked for.
package struct HeaderFields: Sendable {
    private var bytes: [UInt8] = []
    private var fields: [(name: Range<Int>, value: Range<Int>)] = []

    package init() {}

    package init(_ pairs: [(name: String, value: String)]) {
        for (name, value) in pairs {
            let start = bytes.count
            bytes.append(contentsOf: name.utf8)
            let middle = bytes.count
            bytes.append(contentsOf: value.utf8)
            fields.append((start..<middle, middle..<bytes.count))
        }
    }

    /// Reads `name: value` lines, each ended by CR LF or LF alone; nil if a line is none.
    ///
    /// - Note: Source: RFC 9112, section 5. Folded lines are obsolete and refused.
    init?(lines: UnsafeRawBufferPointer) {
        bytes = Array(lines)
        fields.reserveCapacity(16)
        var position = 0
        while position < bytes.count {
            let lineStart = position
            var colon = -1
            while position < bytes.count, bytes[position] != UInt8(ascii: "\n") {
                if colon < 0, bytes[position] == UInt8(ascii: ":") { colon = position }
                position += 1
            }
            guard colon > lineStart else { return nil }
            var (valueStart, valueEnd) = (colon + 1, position)
            while valueStart < valueEnd, Self.isSpace(bytes[valueStart]) { valueStart += 1 }
            while valueEnd > valueStart, Self.isSpace(bytes[valueEnd - 1]) { valueEnd -= 1 }
            fields.append((lineStart..<colon, valueStart..<valueEnd))
            position += 1
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }

    /// The value of the first field called `name`, which is given in small letters.
    package subscript(_ name: String) -> String? {
        range(of: name).map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    /// The value as a whole number of at most 18 digits; nil if absent or anything else.
    func integer(_ name: String) -> Int? {
        guard let range = range(of: name), (1...18).contains(range.count) else { return nil }
        var value = 0
        for byte in bytes[range] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return value
    }

    /// Whether the value holds `word`, given in small letters, letter case aside.
    func value(of name: String, contains word: String) -> Bool {
        // A text's own `contains` would bring Swift's regular expressions, 1.3 MB of them, into every function.
        self[name]?.lowercased().split { $0 == "," || $0 == " " || $0 == "\t" }.contains { $0 == word } ?? false
    }

    private func range(of name: String) -> Range<Int>? {
        var name = name
        return name.withUTF8 { wanted in
            bytes.withUnsafeBufferPointer { bytes in
                fields.first { field in
                    guard field.name.count == wanted.count else { return false }
                    for (offset, index) in field.name.enumerated() {
                        var byte = bytes[index]
                        if (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) { byte |= 0x20 }
                        if byte != wanted[offset] { return false }
                    }
                    return true
                }?.value
            }
        }
    }
}
