import Expressions
import Items

/// Writes items in their stored form.
struct StoredItemWriter {
    private(set) var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(512) }

    mutating func append(_ item: Item) {
        append(UInt32(item.sizeBytes))
        append(members: item.attributes)
    }

    private mutating func append(_ value: AttributeValue) {
        switch value {
        case .null: append(StoredTag.null)
        case .bool(let flag): append(flag ? .true : .false)
        case .string(let text):
            append(.string)
            append(text)
        case .number(let number): append(number)
        case .binary(let binary):
            append(.binary)
            append(binary)
        case .list(let elements):
            append(.list) { writer in
                writer.append(length: elements.count)
                for element in elements { writer.append(element) }
            }
        case .map(let members): append(.map) { $0.append(members: members) }
        case .stringSet(let members):
            append(.stringSet) { writer in
                writer.append(length: members.count)
                for member in members { writer.append(member) }
            }
        case .numberSet(let members):
            append(.numberSet) { writer in
                writer.append(length: members.count)
                for member in members { writer.append(member) }
            }
        case .binarySet(let members):
            append(.binarySet) { writer in
                writer.append(length: members.count)
                for member in members { writer.append(member) }
            }
        }
    }

    /// In the order of the names, so that equal maps have equal bytes.
    private mutating func append(members: AttributeMap) {
        append(length: members.count)
        for entry in members.entries {
            append(entry.name.text)
            append(entry.value)
        }
    }

    /// A container: its length in bytes stands in front, so that a reader can skip it.
    private mutating func append(_ tag: StoredTag, content: (inout StoredItemWriter) -> Void) {
        append(tag)
        let start = bytes.count
        append(UInt32(0))
        content(&self)
        let length = UInt32(bytes.count - start - 4)
        for position in 0..<4 { bytes[start + position] = UInt8(truncatingIfNeeded: length >> (8 * UInt32(position))) }
    }

    private mutating func append(_ number: ItemNumber) {
        if let value = number.integer {
            append(.integer)
            append(varint: UInt64(bitPattern: Int64(value << 1 ^ value >> 63)))
        } else {
            append(.decimal)
            append(number.description)
        }
    }

    private mutating func append(_ tag: StoredTag) { bytes.append(tag.rawValue) }

    private mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            append(length: utf8.count)
            bytes.append(contentsOf: utf8)
        }
    }

    private mutating func append(_ binary: [UInt8]) {
        append(length: binary.count)
        bytes.append(contentsOf: binary)
    }

    private mutating func append(_ value: UInt32) {
        for position in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * UInt32(position)))) }
    }

    private mutating func append(length: Int) { append(varint: UInt64(length)) }

    private mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
