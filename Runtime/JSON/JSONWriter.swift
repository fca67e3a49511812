extension JSONValue {
    /// Appends the shortest text of this value.
    package func write(into bytes: inout [UInt8]) {
        var buffer = JSONByteBuffer()
        write(into: &buffer)
        buffer.move(into: &bytes)
    }

    func write(into sink: inout JSONByteBuffer) {
        switch self {
        case .null: sink.append("null")
        case .bool(let flag): sink.append(flag ? "true" : "false")
        case .number(let number): sink.append(number.text)
        case .string(let text): sink.appendQuoted(text)
        case .array(let elements):
            sink.append(UInt8(ascii: "["))
            for index in elements.indices {
                if index > 0 { sink.append(UInt8(ascii: ",")) }
                elements[index].write(into: &sink)
            }
            sink.append(UInt8(ascii: "]"))
        case .object(let object):
            sink.append(UInt8(ascii: "{"))
            for index in object.storage.indices {
                if index > 0 { sink.append(UInt8(ascii: ",")) }
                sink.appendQuoted(object.storage[index].key)
                sink.append(UInt8(ascii: ":"))
                object.storage[index].value.write(into: &sink)
            }
            sink.append(UInt8(ascii: "}"))
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
package func writeJSONString(_ text: String, into bytes: inout [UInt8]) { bytes.appendQuoted(text) }
