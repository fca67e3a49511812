import Items

/// The order-preserving form of key attributes: comparing bytes compares values as DynamoDB orders them.
enum KeyEncoding {
    /// Appends a sort key that ends the whole key, or a partition key: strings and binaries as they are.
    static func append(_ value: AttributeValue, to bytes: inout [UInt8]) {
        switch value {
        case .string(let text): bytes.append(contentsOf: text.utf8)
        case .binary(let binary): bytes.append(contentsOf: binary)
        case .number(let number): append(number, to: &bytes)
        default: preconditionFailure("a key attribute is a string, number or binary")
        }
    }

    /// Appends a sort key that something follows: no encoded value is a prefix of another.
    static func appendDelimited(_ value: AttributeValue, to bytes: inout [UInt8]) {
        appendEscaped(value, to: &bytes)
        // Numbers end by themselves.
        if value.number == nil { bytes.append(contentsOf: [0, 0]) }
    }

    /// As ``appendDelimited(_:to:)`` without the end, which is what all strings with this prefix begin with.
    static func appendEscaped(_ value: AttributeValue, to bytes: inout [UInt8]) {
        switch value {
        case .string(let text): for byte in text.utf8 { appendEscaped(byte, to: &bytes) }
        case .binary(let binary): for byte in binary { appendEscaped(byte, to: &bytes) }
        default: append(value, to: &bytes)
        }
    }

    /// A zero byte is followed by 255, so that the two zeros of the end sort before every longer string.
    private static func appendEscaped(_ byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(byte)
        if byte == 0 { bytes.append(0xFF) }
    }

    /// Numbers: the sign (0, 1 or 2), the power of ten of the leading digit + 130, then the digits in pairs plus one,
    /// ended by 0; all but the sign inverted for negative numbers.
    private static func append(_ number: ItemNumber, to bytes: inout [UInt8]) {
        guard number.coefficient != 0 else { return bytes.append(1) }
        let flip: UInt8 = number.isNegative ? 0xFF : 0
        withDigits(of: number.coefficient) { digits in
            bytes.append(number.isNegative ? 0 : 2)
            bytes.append(UInt8(number.exponent + digits.count - 1 - ItemNumber.magnitudeMin) ^ flip)
            for index in stride(from: 0, to: digits.count, by: 2) {
                let pair = digits[index] * 10 + (index + 1 < digits.count ? digits[index + 1] : 0)
                bytes.append((pair + 1) ^ flip)
            }
            bytes.append(flip)
        }
    }

    /// The number that ``append(_:to:)`` made these bytes of; nil if they are none.
    static func number(_ bytes: ArraySlice<UInt8>) -> ItemNumber? {
        guard let sign = bytes.first else { return nil }
        if sign == 1 { return bytes.count == 1 ? ItemNumber(0) : nil }
        let flip: UInt8 = sign == 0 ? 0xFF : 0
        let rest = bytes.dropFirst().map { $0 ^ flip }
        guard sign <= 2, let magnitude = rest.first, rest.count > 2, rest.last == 0 else { return nil }
        var text = ""
        for pair in rest.dropFirst().dropLast() {
            guard (1...100).contains(pair) else { return nil }
            text += String(pair + 99).dropFirst()
        }
        return try? ItemNumber("\(sign == 0 ? "-" : "")0.\(text)e\(Int(magnitude) + ItemNumber.magnitudeMin + 1)")
    }

    /// The decimal digits, the leading one first.
    private static func withDigits(of coefficient: UInt128, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 40) { digits in
            digits.initialize(repeating: 0)
            var start = digits.count
            var rest = coefficient
            // Most numbers fit in 64 bits, where a division costs a tenth.
            while rest > UInt128(UInt64.max) {
                let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                start -= 1
                digits[start] = UInt8(digit)
                rest = quotient
            }
            var small = UInt64(rest)
            while small != 0 {
                start -= 1
                digits[start] = UInt8(small % 10)
                small /= 10
            }
            body(UnsafeBufferPointer(rebasing: digits[start...]))
        }
    }

    /// 32 bits of FNV-1a, mixed so that close keys lie far apart. Part of the file format.
    static func hash(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash ^= hash >> 32
        hash = hash &* 0x9e37_79b9_7f4a_7c15
        return UInt32(truncatingIfNeeded: hash >> 32)
    }
}

/// A key in the form of a table's rows: the hash of the partition key (4 bytes), its length (2), the partition key, the
/// sort key. So rows lie in the order of a scan: by hash, as DynamoDB's do, and within a partition by sort key.
struct RowKey: Hashable, Sendable {
    var bytes: [UInt8]

    /// The beginning of all keys of a partition.
    init(partition: AttributeValue) {
        bytes = [0, 0, 0, 0, 0, 0]
        KeyEncoding.append(partition, to: &bytes)
        let hash = KeyEncoding.hash(bytes[6...])
        let length = bytes.count - 6
        for position in 0..<4 { bytes[position] = UInt8(truncatingIfNeeded: hash >> (24 - 8 * UInt32(position))) }
        bytes[4] = UInt8(truncatingIfNeeded: length >> 8)
        bytes[5] = UInt8(truncatingIfNeeded: length)
    }

    /// The beginning of all keys of a partition whose key has several attributes.
    init(partitions: [AttributeValue]) {
        var bytes: [UInt8] = []
        for partition in partitions { KeyEncoding.appendDelimited(partition, to: &bytes) }
        self.init(partition: .binary(bytes))
    }

    init(bytes: [UInt8]) { self.bytes = bytes }
}
