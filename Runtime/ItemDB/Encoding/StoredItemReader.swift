import Expressions
import Glibc
import Items

/// Reads items in their stored form.
///
/// Bytes from the file went through ``StoredItemChecker``. Every read is checked against the end all the same: no
/// mistake gives memory that is not the item's.
struct StoredItemReader {
    private var position: UnsafeRawPointer
    private let end: UnsafeRawPointer

    /// - Parameter buffer: a whole stored item; it must outlive the reader.
    init(_ buffer: UnsafeRawBufferPointer) {
        // An empty buffer may have no address; any will do, as nothing is read from it.
        let base = buffer.baseAddress ?? UnsafeRawPointer(bitPattern: 1)!
        end = base + buffer.count
        position = base + min(StoredItem.headerSize, buffer.count)
    }

    private var left: Int { end - position }

    mutating func item() -> Item { Item(members()) }

    /// Goes to the value of an attribute; false if there is none.
    mutating func seek(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { wanted in
            for _ in 0..<length() {
                if UnsafeRawBufferPointer(wanted).hasSameBytes(as: chunk()) { return true }
                skip()
            }
            return false
        }
    }

    mutating func tag() -> StoredTag { StoredTag(rawValue: byte()) ?? .null }

    mutating func value() -> AttributeValue { value(tag()) }

    private mutating func value(_ tag: StoredTag) -> AttributeValue {
        switch tag {
        case .null: return .null
        case .false: return .bool(false)
        case .true: return .bool(true)
        case .string: return .string(text())
        case .integer, .decimal: return .number(number(tag))
        case .binary: return .binary([UInt8](chunk()))
        case .list:
            enter()
            return .list(elements { $0.value() })
        case .map:
            enter()
            return .map(members())
        case .stringSet:
            enter()
            return .stringSet(elements { $0.text() })
        case .numberSet:
            enter()
            return .numberSet(elements { reader in reader.number(reader.tag()) })
        case .binarySet:
            enter()
            return .binarySet(elements { [UInt8]($0.chunk()) })
        }
    }

    /// Past the length of a container, to its count.
    mutating func enter() { position += min(4, left) }

    private mutating func skip() {
        switch tag() {
        case .null, .false, .true: break
        case .string, .decimal, .binary: _ = chunk()
        case .integer: _ = varint()
        case .list, .map, .stringSet, .numberSet, .binarySet: _ = content()
        }
    }

    /// A container's length in bytes and that many bytes.
    private mutating func content() -> UnsafeRawBufferPointer {
        let count = left >= 4 ? min(Int(position.loadUnaligned(as: UInt32.self)), left - 4) : 0
        enter()
        defer { position += count }
        return UnsafeRawBufferPointer(start: position, count: count)
    }

    /// Whether both have the same attributes, whatever the order of their sets.
    mutating func hasSameMembers(as other: inout StoredItemReader) -> Bool {
        let count = length()
        guard other.length() == count else { return false }
        for _ in 0..<count {
            guard chunk().hasSameBytes(as: other.chunk()), hasSameValue(as: &other) else { return false }
        }
        return true
    }

    private mutating func hasSameValue(as other: inout StoredItemReader) -> Bool {
        let tag = tag()
        guard other.tag() == tag else { return false }
        switch tag {
        case .null, .false, .true: return true
        case .string, .decimal, .binary: return chunk().hasSameBytes(as: other.chunk())
        case .integer: return varint() == other.varint()
        case .list, .map, .stringSet, .numberSet, .binarySet:
            var (mine, theirs) = (self, other)
            if content().hasSameBytes(as: other.content()) { return true }
            // Decoded only here, where the order of a set may be the difference.
            return mine.value(tag).isSame(as: theirs.value(tag))
        }
    }

    private mutating func members() -> AttributeMap {
        let count = length()
        var entries: [AttributeMap.Entry] = []
        entries.reserveCapacity(count)
        var isAscending = true
        var last = UnsafeRawBufferPointer(start: nil, count: 0)
        for index in 0..<count {
            let name = chunk()
            if index > 0, !last.precedes(name) { isAscending = false }
            last = name
            entries.append(AttributeMap.Entry(String(decoding: name, as: UTF8.self), value()))
        }
        // Files of earlier versions have names beyond ASCII in another order.
        return isAscending ? AttributeMap(ascending: entries) : AttributeMap(entries)
    }

    private mutating func elements<Element>(_ read: (inout StoredItemReader) -> Element) -> [Element] {
        let count = length()
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(read(&self)) }
        return elements
    }

    private mutating func number(_ tag: StoredTag) -> ItemNumber {
        if tag == .integer { return ItemNumber(integer()) }
        // Its digits were checked with the rest of the item.
        return (try? ItemNumber(text())) ?? ItemNumber(0)
    }

    mutating func integer() -> Int {
        let zigzag = varint()
        return Int(bitPattern: UInt(zigzag >> 1)) ^ -Int(zigzag & 1)
    }

    private mutating func text() -> String { String(decoding: chunk(), as: UTF8.self) }

    /// A length and that many bytes.
    mutating func chunk() -> UnsafeRawBufferPointer {
        let count = min(Int(truncatingIfNeeded: varint() & 0x7FFF_FFFF), left)
        defer { position += count }
        return UnsafeRawBufferPointer(start: position, count: count)
    }

    /// A count of members, each of which takes a byte at least.
    mutating func length() -> Int { min(Int(truncatingIfNeeded: varint() & 0x7FFF_FFFF), left) }

    private mutating func varint() -> UInt64 {
        var (value, shift): (UInt64, UInt64) = (0, 0)
        while shift < 64 {
            let next = byte()
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { break }
            shift += 7
        }
        return value
    }

    private mutating func byte() -> UInt8 {
        guard position < end else { return 0 }
        defer { position += 1 }
        return position.load(as: UInt8.self)
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func precedes(_ other: UnsafeRawBufferPointer) -> Bool {
        guard let base = baseAddress, let otherBase = other.baseAddress else { return isEmpty && !other.isEmpty }
        let order = memcmp(base, otherBase, Swift.min(count, other.count))
        return order == 0 ? count < other.count : order < 0
    }

    fileprivate func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        guard let base = baseAddress, let otherBase = other.baseAddress else { return true }
        return memcmp(base, otherBase, count) == 0
    }
}
