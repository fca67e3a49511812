extension JSONValue {
    /// Appends the shortest text of this value.
    package func write(into bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: StaticBytes.null)
        case .bool(true): bytes.append(contentsOf: StaticBytes.yes)
        case .bool(false): bytes.append(contentsOf: StaticBytes.no)
        case .number(let number): bytes.append(contentsOf: number.text.utf8)
        case .string(let text): writeJSONString(text, into: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            var isFirst = true
            for element in elements {
                if !isFirst { bytes.append(UInt8(ascii: ",")) }
                isFirst = false
                element.write(into: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            var isFirst = true
            for member in object.storage {
                if !isFirst { bytes.append(UInt8(ascii: ",")) }
                isFirst = false
                writeJSONString(member.key, into: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(into: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    package var compactBytes: [UInt8] {
        var bytes: [UInt8] = []
        write(into: &bytes)
        return bytes
    }

    package var compactText: String { String(decoding: compactBytes, as: UTF8.self) }

    /// One member or element to a line, two spaces deeper for each level, in the order of the value; no line feed at
    /// the end.
    package var prettyText: String {
        var bytes: [UInt8] = []
        writePretty(into: &bytes, level: 0)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func writePretty(into bytes: inout [UInt8], level: Int) {
        func newLine(_ level: Int, _ bytes: inout [UInt8]) {
            bytes.append(UInt8(ascii: "\n"))
            bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: level * 2))
        }
        switch self {
        case .array(let elements) where !elements.isEmpty:
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                newLine(level + 1, &bytes)
                element.writePretty(into: &bytes, level: level + 1)
            }
            newLine(level, &bytes)
            bytes.append(UInt8(ascii: "]"))
        case .object(let object) where !object.isEmpty:
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in object.storage.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                newLine(level + 1, &bytes)
                writeJSONString(member.key, into: &bytes)
                bytes.append(contentsOf: [UInt8(ascii: ":"), UInt8(ascii: " ")])
                member.value.writePretty(into: &bytes, level: level + 1)
            }
            newLine(level, &bytes)
            bytes.append(UInt8(ascii: "}"))
        default: write(into: &bytes)
        }
    }
}

/// Appends a string in quotes. Only what must be escaped is, by its shortest escape.
package func writeJSONString(_ text: String, into bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    // Strings made by Swift are contiguous; one bridged from elsewhere is copied first.
    let isWritten: Void? = text.utf8.withContiguousStorageIfAvailable { appendEscaped($0, to: &bytes) }
    if isWritten == nil { Array(text.utf8).withUnsafeBufferPointer { appendEscaped($0, to: &bytes) } }
    bytes.append(UInt8(ascii: "\""))
}

private func appendEscaped(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
    var start = 0
    for index in 0..<text.count {
        let byte = text[index]
        guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<index]))
        start = index + 1
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        default:
            let digits = StaticBytes.hexadecimal
            bytes.append(contentsOf: [UInt8(ascii: "u"), 0x30, 0x30, digits[Int(byte >> 4)], digits[Int(byte & 15)]])
        }
    }
    bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
}

enum StaticBytes {
    static let null = Array("null".utf8)
    static let yes = Array("true".utf8)
    static let no = Array("false".utf8)
    static let hexadecimal = Array("0123456789abcdef".utf8)
}
