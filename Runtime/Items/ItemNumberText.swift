extension ItemNumber: CustomStringConvertible {
    /// Reads a decimal text: an optional sign, digits with at most one point, an optional exponent.
    ///
    /// - Throws: `.malformed`, `.tooManyDigits` past 38 significant ones, `.overflow`, `.underflow`.
    package init(_ text: String) throws(ItemNumberError) {
        var text = text
        let result: Result<ItemNumber, ItemNumberError> = text.withUTF8 { bytes in
            do throws(ItemNumberError) { return .success(try Self.parse(bytes)) } catch { return .failure(error) }
        }
        self = try result.get()
    }

    private static func parse(_ bytes: UnsafeBufferPointer<UInt8>) throws(ItemNumberError) -> ItemNumber {
        var position = 0
        func isDigit(_ index: Int) -> Bool { index < bytes.count && bytes[index] >= 0x30 && bytes[index] <= 0x39 }
        var isNegative = false
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
            isNegative = bytes[position] == UInt8(ascii: "-")
            position += 1
        }
        var coefficient: UInt128 = 0
        var (exponent, heldZeros, significant) = (0, 0, 0)
        var (sawDigit, sawPoint) = (false, false)
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "."), !sawPoint {
                sawPoint = true
            } else if isDigit(position) {
                sawDigit = true
                if sawPoint { exponent -= 1 }
                // Zeros are held back until a digit follows: trailing ones do not count as significant.
                if byte == UInt8(ascii: "0") {
                    if coefficient != 0 { heldZeros += 1 }
                } else {
                    significant += heldZeros + 1
                    guard significant <= significantDigitsMax else { throw .tooManyDigits }
                    for _ in 0..<heldZeros { coefficient *= 10 }
                    coefficient = coefficient * 10 + UInt128(byte - UInt8(ascii: "0"))
                    heldZeros = 0
                }
            } else {
                break
            }
            position += 1
        }
        guard sawDigit else { throw .malformed }
        exponent += heldZeros
        if position < bytes.count {
            guard bytes[position] == UInt8(ascii: "e") || bytes[position] == UInt8(ascii: "E") else { throw .malformed }
            position += 1
            var negativeExponent = false
            if position < bytes.count, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
                negativeExponent = bytes[position] == UInt8(ascii: "-")
                position += 1
            }
            guard isDigit(position) else { throw .malformed }
            var written = 0
            while isDigit(position) {
                written = min(written * 10 + Int(bytes[position] - UInt8(ascii: "0")), 1_000_000)
                position += 1
            }
            guard position == bytes.count else { throw .malformed }
            exponent += negativeExponent ? -written : written
        }
        return try normalized(isNegative, coefficient, exponent)
    }

    /// DynamoDB's canonical text: plain digits, no exponent, no trailing zeros after the point.
    package var description: String {
        guard coefficient != 0 else { return "0" }
        var digits = UInt64(exactly: coefficient).map { String($0) } ?? String(coefficient)
        if exponent >= 0 {
            digits += String(repeating: "0", count: exponent)
        } else if digits.utf8.count > -exponent {
            digits.insert(".", at: digits.index(digits.endIndex, offsetBy: exponent))
        } else {
            digits = "0." + String(repeating: "0", count: -exponent - digits.utf8.count) + digits
        }
        return isNegative ? "-" + digits : digits
    }
}
