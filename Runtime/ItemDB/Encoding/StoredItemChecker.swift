import Expressions
import Items

/// Why bytes are no stored item.
enum StoredItemDamage: String, Error {
    case cutShort = "it is cut short"
    case tooLong = "there are bytes after its end"
    case unknownType = "a value is of no known type"
    case badLength = "the length of a list, map or set is not that of its contents"
    case badText = "a text is not UTF-8"
    case badNumber = "a number is none"
    case tooDeep = "it is nested too deeply"
}

/// Walks over bytes from the file once, so that what reads them afterwards can rely on their form. What the form does
/// not show, such as a letter changed in a text, is not found.
struct StoredItemChecker {
    /// Far more than is ever written; bounds the stack.
    static let nestingLevelsMax = 1_000

    private var position: UnsafeRawPointer
    private let end: UnsafeRawPointer

    static func check(_ buffer: UnsafeRawBufferPointer) throws(StoredItemDamage) {
        guard let base = buffer.baseAddress, buffer.count > StoredItem.headerSize else { throw .cutShort }
        var checker = StoredItemChecker(position: base + StoredItem.headerSize, end: base + buffer.count)
        try checker.members(level: 0)
        guard checker.position == checker.end else { throw .tooLong }
    }

    private mutating func members(level: Int) throws(StoredItemDamage) {
        for _ in 0..<(try length()) {
            try text()
            try value(level: level)
        }
    }

    private mutating func value(level: Int) throws(StoredItemDamage) {
        let tag = try tag()
        switch tag {
        case .null, .false, .true: return
        case .string: try text()
        case .integer, .decimal: try number(tag)
        case .binary: _ = try chunk()
        case .list:
            try container(level) { checker, level throws(StoredItemDamage) in
                for _ in 0..<(try checker.length()) { try checker.value(level: level) }
            }
        case .map:
            try container(level) { checker, level throws(StoredItemDamage) in try checker.members(level: level) }
        case .stringSet:
            try container(level) { checker, _ throws(StoredItemDamage) in
                for _ in 0..<(try checker.length()) { try checker.text() }
            }
        case .numberSet:
            try container(level) { checker, _ throws(StoredItemDamage) in
                for _ in 0..<(try checker.length()) { try checker.number(try checker.tag()) }
            }
        case .binarySet:
            try container(level) { checker, _ throws(StoredItemDamage) in
                for _ in 0..<(try checker.length()) { _ = try checker.chunk() }
            }
        }
    }

    private mutating func container(
        _ level: Int, _ contents: (inout StoredItemChecker, Int) throws(StoredItemDamage) -> Void
    ) throws(StoredItemDamage) {
        guard level < Self.nestingLevelsMax else { throw .tooDeep }
        guard end - position >= 4 else { throw .cutShort }
        let length = Int(position.loadUnaligned(as: UInt32.self))
        position += 4
        let start = position
        try contents(&self, level + 1)
        guard position - start == length else { throw .badLength }
    }

    private mutating func tag() throws(StoredItemDamage) -> StoredTag {
        guard let tag = StoredTag(rawValue: try byte()) else { throw .unknownType }
        return tag
    }

    private mutating func number(_ tag: StoredTag) throws(StoredItemDamage) {
        switch tag {
        case .integer: _ = try varint()
        case .decimal:
            let text = String(validating: try chunk(), as: UTF8.self)
            guard let text, let number = try? ItemNumber(text), number.description == text else { throw .badNumber }
        default: throw .badNumber
        }
    }

    private mutating func text() throws(StoredItemDamage) {
        let bytes = try chunk()
        guard bytes.isASCII || String(validating: bytes, as: UTF8.self) != nil else { throw .badText }
    }

    private mutating func chunk() throws(StoredItemDamage) -> UnsafeRawBufferPointer {
        let count = try length()
        defer { position += count }
        return UnsafeRawBufferPointer(start: position, count: count)
    }

    /// A count of bytes, or of members, each of which takes a byte at least.
    private mutating func length() throws(StoredItemDamage) -> Int {
        let length = try varint()
        guard length <= UInt64(end - position) else { throw .cutShort }
        return Int(length)
    }

    private mutating func varint() throws(StoredItemDamage) -> UInt64 {
        var (value, shift): (UInt64, UInt64) = (0, 0)
        while true {
            let next = try byte()
            guard shift < 63 || next <= 1 else { throw .badNumber }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
        }
    }

    private mutating func byte() throws(StoredItemDamage) -> UInt8 {
        guard position < end else { throw .cutShort }
        defer { position += 1 }
        return position.load(as: UInt8.self)
    }
}

extension UnsafeRawBufferPointer {
    /// Most texts are, and eight bytes are looked at in one step.
    fileprivate var isASCII: Bool {
        var offset = 0
        while offset + 8 <= count {
            if loadUnaligned(fromByteOffset: offset, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 { return false }
            offset += 8
        }
        while offset < count {
            if self[offset] >= 0x80 { return false }
            offset += 1
        }
        return true
    }
}
