/// A DynamoDB number: up to 38 significant digits, exact, magnitude 0 or 1E-130 ... 9.99…E+125.
///
/// Equal numbers are equal values whatever their text was (`1`, `1.0`, `100e-2`).
///
/// - Note: Source: Amazon DynamoDB Developer Guide, "Naming rules and data types", Number.
package struct ItemNumber: Hashable, Sendable {
    package static let significantDigitsMax = 38
    /// The greatest power of ten of the leading digit.
    package static let magnitudeMax = 125
    package static let magnitudeMin = -130

    /// The value is `coefficient × 10^exponent`; the coefficient has no trailing zero, and zero is `+0 × 10^0`.
    package let isNegative: Bool
    package let coefficient: UInt128
    package let exponent: Int

    package init(_ value: Int) {
        // Nineteen digits always fit, so this can't fail.
        var coefficient = UInt128(value.magnitude)
        var exponent = 0
        Self.dropTrailingZeros(&coefficient, &exponent)
        self.init(unchecked: value < 0, coefficient, exponent)
    }

    init(unchecked isNegative: Bool, _ coefficient: UInt128, _ exponent: Int) {
        self.isNegative = isNegative && coefficient != 0
        self.coefficient = coefficient
        self.exponent = coefficient == 0 ? 0 : exponent
    }

    /// Trims and checks the bounds.
    static func normalized(
        _ isNegative: Bool, _ coefficient: UInt128, _ exponent: Int
    ) throws(ItemNumberError) -> ItemNumber {
        var (coefficient, exponent) = (coefficient, exponent)
        dropTrailingZeros(&coefficient, &exponent)
        let digits = decimalDigits(coefficient)
        guard digits <= significantDigitsMax else { throw .tooManyDigits }
        guard coefficient != 0 else { return ItemNumber(0) }
        guard exponent + digits - 1 <= magnitudeMax else { throw .overflow }
        guard exponent + digits - 1 >= magnitudeMin else { throw .underflow }
        return ItemNumber(unchecked: isNegative, coefficient, exponent)
    }

    private static func dropTrailingZeros(_ coefficient: inout UInt128, _ exponent: inout Int) {
        guard coefficient != 0 else {
            exponent = 0
            return
        }
        // Nearly every number fits 64 bits, where a division takes a tenth of the time.
        guard var small = UInt64(exactly: coefficient) else {
            let (quotient, remainder) = coefficient.quotientAndRemainder(dividingBy: 10)
            guard remainder == 0 else { return }
            (coefficient, exponent) = (quotient, exponent + 1)
            return dropTrailingZeros(&coefficient, &exponent)
        }
        while small % 10 == 0 {
            small /= 10
            exponent += 1
        }
        coefficient = UInt128(small)
    }

    static func decimalDigits(_ value: UInt128) -> Int {
        var (count, rest) = (0, value)
        while rest > UInt128(UInt64.max) {
            rest /= 10
            count += 1
        }
        var small = UInt64(rest)
        while small != 0 {
            small /= 10
            count += 1
        }
        return count
    }

    /// The whole number, or nil if there is a fraction or it does not fit.
    package var integer: Int? {
        // 19 digits are the most that fit, so that scaling a coefficient of 64 bits stays within 128.
        guard exponent >= 0, exponent < 19, let coefficient = UInt64(exactly: coefficient) else { return nil }
        let magnitude = UInt128(coefficient) * Self.powerOfTen(exponent)
        guard isNegative else { return Int(exactly: magnitude) }
        return magnitude == 1 << 63 ? Int.min : Int(exactly: magnitude).map(-)
    }
}

/// Why a text or a result is no DynamoDB number.
package enum ItemNumberError: Error, Hashable, Sendable {
    case malformed
    case tooManyDigits
    case overflow
    case underflow
}
