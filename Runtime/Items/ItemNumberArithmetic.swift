extension ItemNumber: Comparable {
    package static func < (a: ItemNumber, b: ItemNumber) -> Bool {
        if a.isNegative != b.isNegative { return a.isNegative }
        return a.isNegative ? b.isMagnitudeLess(than: a) : a.isMagnitudeLess(than: b)
    }

    private func isMagnitudeLess(than other: ItemNumber) -> Bool {
        guard coefficient != 0, other.coefficient != 0 else { return coefficient == 0 && other.coefficient != 0 }
        let (digits, otherDigits) = (Self.decimalDigits(coefficient), Self.decimalDigits(other.coefficient))
        let (leading, otherLeading) = (exponent + digits, other.exponent + otherDigits)
        if leading != otherLeading { return leading < otherLeading }
        // Same leading power: scaling the shorter one to as many digits stays within 38.
        let scaled = coefficient * Self.powerOfTen(max(0, otherDigits - digits))
        let otherScaled = other.coefficient * Self.powerOfTen(max(0, digits - otherDigits))
        return scaled < otherScaled
    }

    static func powerOfTen(_ power: Int) -> UInt128 {
        var value: UInt128 = 1
        for _ in 0..<power { value *= 10 }
        return value
    }

    package static prefix func - (value: ItemNumber) -> ItemNumber {
        ItemNumber(unchecked: !value.isNegative, value.coefficient, value.exponent)
    }

    /// The exact sum.
    ///
    /// - Throws: `.tooManyDigits` if it needs more than 38 digits, `.overflow`, `.underflow`.
    package func adding(_ other: ItemNumber) throws(ItemNumberError) -> ItemNumber {
        guard coefficient != 0 else { return other }
        guard other.coefficient != 0 else { return self }
        let (high, low) = exponent >= other.exponent ? (self, other) : (other, self)
        let shift = high.exponent - low.exponent
        // Past this the aligned sum spans more than 38 digits whatever the coefficients are.
        guard shift + Self.decimalDigits(high.coefficient) <= Self.significantDigitsMax + 1 else {
            throw .tooManyDigits
        }
        let (aligned, overflow) = high.coefficient.multipliedReportingOverflow(by: Self.powerOfTen(min(shift, 38)))
        guard !overflow, shift <= 38 else { throw .tooManyDigits }
        if high.isNegative == low.isNegative {
            let (sum, overflow) = aligned.addingReportingOverflow(low.coefficient)
            guard !overflow else { throw .tooManyDigits }
            return try Self.normalized(high.isNegative, sum, low.exponent)
        }
        return aligned >= low.coefficient
            ? try Self.normalized(high.isNegative, aligned - low.coefficient, low.exponent)
            : try Self.normalized(low.isNegative, low.coefficient - aligned, low.exponent)
    }

    package func subtracting(_ other: ItemNumber) throws(ItemNumberError) -> ItemNumber { try adding(-other) }
}
