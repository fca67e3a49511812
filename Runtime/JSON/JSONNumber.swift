/// A JSON number, kept as its text, so that no digit is lost. Two numbers are equal if their texts are.
package struct JSONNumber: Hashable, Sendable {
    /// A number by the grammar of RFC 8259, section 6.
    package let text: String

    package init(_ value: Int) { text = String(value) }

    init(_ value: some FixedWidthInteger) { text = String(value) }

    /// The shortest text that reads back as the same value; nil if it is not finite.
    package init?(_ value: Double) {
        guard value.isFinite else { return nil }
        text = Self.trimmed(value.description)
    }

    /// The shortest text that reads back as the same value; nil if it is not finite.
    package init?(_ value: Float) {
        guard value.isFinite else { return nil }
        text = Self.trimmed(value.description)
    }

    /// Nil if the text is no JSON number.
    package init?(text: String) {
        var text = text
        let isNumber = text.withUTF8 { bytes in
            var scanner = JSONParser(bytes, limits: .standard)
            return (try? scanner.number()) != nil && scanner.position == bytes.count
        }
        guard isNumber else { return nil }
        self.text = text
    }

    /// For a text that the parser has checked.
    init(checked text: String) { self.text = text }

    private static func trimmed(_ description: String) -> String {
        description.hasSuffix(".0") ? String(description.dropLast(2)) : description
    }

    /// The value, if it is whole and fits: `1`, `1.0`, `10e-1`.
    package var int: Int? { whole(Int.self) }

    /// The nearest value; nil past the greatest finite one.
    package var double: Double? {
        var text = text
        if let value = text.withUTF8({ Self.shortDouble($0) }) { return value }
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }

    var float: Float? {
        guard let value = Float(text), value.isFinite else { return nil }
        return value
    }

    /// The value, if it is whole and fits.
    func whole<Whole: FixedWidthInteger>(_ type: Whole.Type) -> Whole? {
        var text = text
        return text.withUTF8 { Self.whole(type, $0) }
    }

    private static func whole<Whole: FixedWidthInteger>(
        _ type: Whole.Type, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> Whole? {
        let isNegative = bytes[0] == UInt8(ascii: "-")
        var position = isNegative ? 1 : 0
        var value: Whole = 0
        while position < bytes.count, bytes[position] &- 0x30 < 10 {
            guard append(bytes[position] &- 0x30, to: &value, isNegative) else {
                // The digits may still be followed by a negative exponent.
                return wholeWithExponent(type, bytes, isNegative)
            }
            position += 1
        }
        return position == bytes.count ? value : wholeWithExponent(type, bytes, isNegative)
    }

    @inline(__always)
    private static func append<Whole: FixedWidthInteger>(
        _ digit: UInt8, to value: inout Whole, _ isNegative: Bool
    ) -> Bool {
        let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
        guard !overflow else { return false }
        // Counting down for a negative number reaches the lowest value, which has no positive twin.
        let (next, overflowed) =
            isNegative
            ? shifted.subtractingReportingOverflow(Whole(truncatingIfNeeded: digit))
            : shifted.addingReportingOverflow(Whole(truncatingIfNeeded: digit))
        value = next
        return !overflowed
    }

    /// The value of up to 15 digits times or by a power of ten that is a double itself: one rounding, so it is exact.
    /// Most numbers are of this kind, and the general way takes several times as long.
    ///
    /// - Note: Source: W. Clinger, "How to Read Floating Point Numbers Accurately".
    private static func shortDouble(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
        let isNegative = bytes[0] == UInt8(ascii: "-")
        var (mantissa, digits, fraction) = (0, 0, 0)
        var sawPoint = false
        for byte in bytes[(isNegative ? 1 : 0)...] {
            if byte == UInt8(ascii: ".") {
                sawPoint = true
                continue
            }
            // An exponent goes the general way.
            guard byte &- 0x30 < 10, digits < 15 else { return nil }
            mantissa = mantissa * 10 + Int(byte &- 0x30)
            digits += 1
            if sawPoint { fraction += 1 }
        }
        let magnitude = Double(mantissa) / powersOfTen[fraction]
        return isNegative ? -magnitude : magnitude
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ]

    /// Reads digits, a fraction and an exponent without rounding: a digit other than 0 behind the point is no whole
    /// number.
    private static func wholeWithExponent<Whole: FixedWidthInteger>(
        _ type: Whole.Type, _ bytes: UnsafeBufferPointer<UInt8>, _ isNegative: Bool
    ) -> Whole? {
        var digits: [UInt8] = []
        var (exponent, fraction) = (0, 0)
        var position = isNegative ? 1 : 0
        var sawPoint = false
        while position < bytes.count, bytes[position] | 0x20 != UInt8(ascii: "e") {
            if bytes[position] == UInt8(ascii: ".") {
                sawPoint = true
            } else {
                digits.append(bytes[position] &- 0x30)
                if sawPoint { fraction += 1 }
            }
            position += 1
        }
        if position < bytes.count {
            var text = bytes[(position + 1)...]
            let isBelow = text.first == UInt8(ascii: "-")
            if isBelow || text.first == UInt8(ascii: "+") { text = text.dropFirst() }
            // Past this ceiling every integer type has overflowed, or every digit lies behind the point.
            for byte in text { exponent = min(exponent * 10 + Int(byte &- 0x30), JSONLimits.standard.bytesMax * 2) }
            if isBelow { exponent = -exponent }
        }
        exponent -= fraction
        while digits.last == 0 {
            digits.removeLast()
            exponent += 1
        }
        guard !digits.isEmpty else { return 0 }
        // No integer of 128 bits has more than 39 digits.
        guard exponent >= 0, exponent <= 39 else { return nil }
        var value: Whole = 0
        for digit in digits + Array(repeating: 0, count: exponent) {
            guard append(digit, to: &value, isNegative) else { return nil }
        }
        return value
    }
}
