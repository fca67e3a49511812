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

    @inline(__always) private mutating func tag() throws(StoredItemDamage) -> StoredTag {
        let raw = try byte()
        guard let tag = StoredTag(rawValue: raw) else { throw .unknownType }
        return tag
    }

    private mutating func number(_ tag: StoredTag) throws(StoredItemDamage) {
        switch tag {
        case .integer: _ = try varint()
        case .decimal:
            let bytes = try chunk()
            guard bytes.isCanonicalNumber else { throw .badNumber }
        default: throw .badNumber
        }
    }

    @inline(__always) private mutating func text() throws(StoredItemDamage) {
        let bytes = try chunk()
        guard bytes.isASCII || String(validating: bytes, as: UTF8.self) != nil else { throw .badText }
    }

    @inline(__always) private mutating func chunk() throws(StoredItemDamage) -> UnsafeRawBufferPointer {
        let count = try length()
        defer { position += count }
        return UnsafeRawBufferPointer(start: position, count: count)
    }

    /// A count of bytes, or of members, each of which takes a byte at least.
    @inline(__always) private mutating func length() throws(StoredItemDamage) -> Int {
        let length = try varint()
        guard length <= UInt64(end - position) else { throw .cutShort }
        return Int(length)
    }

    @inline(__always) private mutating func varint() throws(StoredItemDamage) -> UInt64 {
        // Most take one byte.
        guard position < end else { throw .cutShort }
        let first = position.load(as: UInt8.self)
        guard first >= 0x80 else {
            position += 1
            return UInt64(first)
        }
        return try longVarint()
    }

    private mutating func longVarint() throws(StoredItemDamage) -> UInt64 {
        var (value, shift): (UInt64, UInt64) = (0, 0)
        while true {
            let next = try byte()
            guard shift < 63 || next <= 1 else { throw .badNumber }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
        }
    }

    @inline(__always) private mutating func byte() throws(StoredItemDamage) -> UInt8 {
        guard position < end else { throw .cutShort }
        defer { position += 1 }
        return position.load(as: UInt8.self)
    }
}

extension UnsafeRawBufferPointer {
    /// Whether these are the canonical text of a number. The longer ones, which can have too many digits, are read.
    fileprivate var isCanonicalNumber: Bool {
        guard count <= ItemNumber.significantDigitsMax else {
            guard let text = String(validating: self, as: UTF8.self) else { return false }
            return (try? ItemNumber(text))?.description == text
        }
        var (digits, pointAt) = (0, -1)
        for (index, byte) in enumerated() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits += 1
            case UInt8(ascii: "-") where index == 0: continue
            case UInt8(ascii: ".") where pointAt < 0 && digits > 0: pointAt = index
            default: return false
            }
        }
        // No zero stands at the end of a fraction.
        return digits > 0 && (pointAt < 0 || (pointAt < count - 1 && last != UInt8(ascii: "0")))
    }

    /// Most texts are, and eight bytes are looked at in one step.
    fileprivate var isASCII: Bool {
        guard var position = baseAddress else { return true }
        let end = position + count
        var bits: UInt64 = 0
        while end - position >= 32 {
            bits |= position.loadUnaligned(as: UInt64.self)
            bits |= position.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            bits |= position.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
            bits |= position.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
            position += 32
        }
        while position < end {
            bits |= UInt64(position.load(as: UInt8.self))
            position += 1
        }
        return bits & 0x8080_8080_8080_8080 == 0
    }
}
