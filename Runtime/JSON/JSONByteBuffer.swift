/// Takes the bytes of a JSON text.
protocol JSONByteSink: ~Copyable {
    mutating func append(_ byte: UInt8)
    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>)
}

extension [UInt8]: JSONByteSink {
    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) { append(contentsOf: bytes) }
}

extension JSONByteSink where Self: ~Copyable {
    @inline(__always)
    mutating func append(_ text: StaticString) {
        append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inline(__always)
    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append($0) }
    }

    /// Appends a string in quotes. Only what must be escaped is, by its shortest escape.
    @inline(__always)
    mutating func appendQuoted(_ text: String) {
        append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { appendEscaped($0) }
        append(UInt8(ascii: "\""))
    }

    private mutating func appendEscaped(_ text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        var position = 0
        while true {
            position = text.firstToEscape(from: position)
            if position > start { append(UnsafeBufferPointer(rebasing: text[start..<position])) }
            guard position < text.count else { return }
            appendEscape(text[position])
            position += 1
            start = position
        }
    }

    private mutating func appendEscape(_ byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
        case 0x08: append(UInt8(ascii: "b"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0D: append(UInt8(ascii: "r"))
        case 0x09: append(UInt8(ascii: "t"))
        default:
            append("u00")
            append(0x30 + byte >> 4)
            append(byte & 15 < 10 ? 0x30 + byte & 15 : UInt8(ascii: "a") - 10 + byte & 15)
        }
    }

    /// Appends decimal digits.
    @inline(__always)
    mutating func append(whole value: some FixedWidthInteger) {
        guard let small = Int(exactly: value), small != .min else { return append(String(value)) }
        if small < 0 { append(UInt8(ascii: "-")) }
        append(digits: small.magnitude)
    }

    private mutating func append(digits value: UInt) {
        // From the last digit to the first; 20 are the most that 64 bits have.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var (rest, position) = (value, 20)
            repeat {
                position -= 1
                digits[position] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest != 0
            append(UnsafeBufferPointer(rebasing: digits[position...]))
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The first byte at or after `position` that a JSON string can't hold as it is, or the end.
    @inline(__always)
    fileprivate func firstToEscape(from position: Int) -> Int {
        var position = position
        guard let baseAddress else { return count }
        let raw = UnsafeRawPointer(baseAddress)
        while position &+ 8 <= count {
            let special = raw.loadUnaligned(fromByteOffset: position, as: UInt64.self).bytesToEscape
            if special != 0 { return position &+ special.trailingZeroBitCount / 8 }
            position &+= 8
        }
        while position < count {
            let byte = self[position]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return position }
            position &+= 1
        }
        return position
    }
}

extension UInt64 {
    /// The high bit of each of the eight bytes that is a control character, a quotation mark or a backslash. It is
    /// right up to the first such byte in memory and may be wrong past it: the usual test for a zero byte.
    @inline(__always)
    var bytesToEscape: UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let word = UInt64(littleEndian: self)
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let special =
            (quote &- ones) & ~quote | (backslash &- ones) & ~backslash | (word &- ones &* 0x20) & ~word
        return special & 0x8080_8080_8080_8080
    }

    /// The same, and the high bit of each byte beyond ASCII.
    @inline(__always)
    var bytesToEscapeOrCheck: UInt64 { bytesToEscape | UInt64(littleEndian: self) & 0x8080_8080_8080_8080 }
}

/// A growing run of bytes without the checks of an array, which a class would pay at each append.
struct JSONByteBuffer: ~Copyable, JSONByteSink {
    private(set) var count = 0
    private var capacity = 512
    private var base = UnsafeMutablePointer<UInt8>.allocate(capacity: 512)

    deinit { base.deallocate() }

    @inline(__always)
    private mutating func reserve(_ more: Int) {
        if count &+ more > capacity { grow(more) }
    }

    private mutating func grow(_ more: Int) {
        capacity = max(capacity * 2, count + more)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        larger.update(from: base, count: count)
        base.deallocate()
        base = larger
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        reserve(1)
        base[count] = byte
        count &+= 1
    }

    @inline(__always)
    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let start = bytes.baseAddress else { return }
        reserve(bytes.count)
        (base + count).update(from: start, count: bytes.count)
        count &+= bytes.count
    }

    mutating func remove(_ range: Range<Int>) {
        (base + range.lowerBound).update(from: base + range.upperBound, count: count - range.upperBound)
        count -= range.count
    }

    consuming func move(into bytes: inout [UInt8]) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: base, count: count))
    }

    borrowing func bytes(_ range: Range<Int>) -> [UInt8] {
        Array(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
    }

    borrowing func areEqual(_ a: Range<Int>, _ b: Range<Int>) -> Bool {
        guard a.count == b.count else { return false }
        for offset in 0..<a.count where base[a.lowerBound + offset] != base[b.lowerBound + offset] { return false }
        return true
    }

    /// Tells many ranges of bytes apart, by their length and both ends.
    @inline(__always)
    borrowing func digest(_ range: Range<Int>) -> Int {
        guard !range.isEmpty else { return 0 }
        return range.count &* 7 ^ Int(base[range.lowerBound]) &* 31 ^ Int(base[range.upperBound &- 1]) &* 11
    }
}
