/// Writes a stored item as DynamoDB's JSON.
struct StoredItemJSONWriter {
    private var reader: StoredItemReader
    private(set) var output: [UInt8]

    init(_ reader: StoredItemReader, output: consuming [UInt8]) {
        self.reader = reader
        self.output = output
    }

    mutating func writeItem() { members() }

    private mutating func members() {
        output.append(UInt8(ascii: "{"))
        for index in 0..<reader.length() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            quoted(reader.chunk())
            output.append(UInt8(ascii: ":"))
            value()
        }
        output.append(UInt8(ascii: "}"))
    }

    private mutating func value() {
        let tag = reader.tag()
        switch tag {
        case .null: append(#"{"NULL":true"#)
        case .false: append(#"{"BOOL":false"#)
        case .true: append(#"{"BOOL":true"#)
        case .string:
            append(#"{"S":"#)
            quoted(reader.chunk())
        case .integer, .decimal:
            append(#"{"N":"#)
            number(tag)
        case .binary:
            append(#"{"B":"#)
            base64(reader.chunk())
        case .list:
            append(#"{"L":"#)
            elements { $0.value() }
        case .map:
            append(#"{"M":"#)
            reader.enter()
            members()
        case .stringSet:
            append(#"{"SS":"#)
            elements { writer in writer.quoted(writer.reader.chunk()) }
        case .numberSet:
            append(#"{"NS":"#)
            elements { writer in writer.number(writer.reader.tag()) }
        case .binarySet:
            append(#"{"BS":"#)
            elements { writer in writer.base64(writer.reader.chunk()) }
        }
        output.append(UInt8(ascii: "}"))
    }

    private mutating func elements(_ write: (inout StoredItemJSONWriter) -> Void) {
        reader.enter()
        output.append(UInt8(ascii: "["))
        for index in 0..<reader.length() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            write(&self)
        }
        output.append(UInt8(ascii: "]"))
    }

    private mutating func number(_ tag: StoredTag) {
        output.append(UInt8(ascii: "\""))
        if tag == .integer {
            integer(reader.integer())
        } else {
            output.append(contentsOf: reader.chunk())
        }
        output.append(UInt8(ascii: "\""))
    }

    private mutating func integer(_ value: Int) {
        if value < 0 { output.append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        let start = output.count
        repeat {
            output.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest != 0
        output[start...].reverse()
    }

    private mutating func append(_ text: StaticString) {
        output.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// A JSON string; only what must be escaped is.
    private mutating func quoted(_ utf8: UnsafeRawBufferPointer) {
        output.append(UInt8(ascii: "\""))
        var start = 0
        for (index, byte) in utf8.enumerated()
        where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
            output.append(contentsOf: utf8[start..<index])
            start = index + 1
            escape(byte)
        }
        output.append(contentsOf: utf8[start...])
        output.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append(#"\""#)
        case UInt8(ascii: "\\"): append(#"\\"#)
        case 0x08: append(#"\b"#)
        case 0x09: append(#"\t"#)
        case 0x0A: append(#"\n"#)
        case 0x0C: append(#"\f"#)
        case 0x0D: append(#"\r"#)
        default:
            append(#"\u00"#)
            output.append(byte >> 4 + UInt8(ascii: "0"))
            output.append(Self.hexDigits[Int(byte & 0xF)])
        }
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)
    private static let base64Digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private mutating func base64(_ bytes: UnsafeRawBufferPointer) {
        output.append(UInt8(ascii: "\""))
        output.reserveCapacity(output.count + bytes.count * 4 / 3 + 4)
        var index = 0
        while index < bytes.count {
            let left = bytes.count - index
            let group =
                UInt32(bytes[index]) << 16 | (left > 1 ? UInt32(bytes[index + 1]) << 8 : 0)
                | (left > 2 ? UInt32(bytes[index + 2]) : 0)
            output.append(Self.base64Digits[Int(group >> 18)])
            output.append(Self.base64Digits[Int(group >> 12 & 0x3F)])
            output.append(left > 1 ? Self.base64Digits[Int(group >> 6 & 0x3F)] : UInt8(ascii: "="))
            output.append(left > 2 ? Self.base64Digits[Int(group & 0x3F)] : UInt8(ascii: "="))
            index += 3
        }
        output.append(UInt8(ascii: "\""))
    }
}
