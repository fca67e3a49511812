/// An RSA key, to verify signatures by RSASSA-PKCS1-v1_5 with SHA-256 (`RS256`).
///
/// Nothing here is secret, so nothing has to take the same time.
///
/// - Note: Source: RFC 8017, sections 5.2.2, 8.2.2 and 9.2; Koç, Acar, Kaliski, "Analyzing and comparing Montgomery
///   multiplication algorithms", 1996 (CIOS). Own code, as the usual packages bring Foundation into a function.
package struct RSAPublicKey: Sendable {
    package static let bitsMin = 2_048
    package static let bitsMax = 4_096

    private let modulus: [UInt64]
    private let exponent: UInt32
    private let byteCount: Int
    /// −N⁻¹ mod 2⁶⁴
    private let negativeInverse: UInt64
    /// R² mod N, where R = 2^(64·words).
    private let square: [UInt64]

    /// - Parameters:
    ///   - modulus: the highest byte first; ``bitsMin``...``bitsMax`` bits, odd.
    ///   - exponent: the highest byte first; odd, 3...2³² − 1.
    package init?(modulus: [UInt8], exponent: [UInt8]) {
        let modulus = Array(modulus.drop { $0 == 0 })
        let exponent = exponent.drop { $0 == 0 }
        guard (Self.bitsMin / 8...Self.bitsMax / 8).contains(modulus.count), modulus.count % 8 == 0,
            modulus[0] >= 0x80, modulus[modulus.count - 1] & 1 == 1, exponent.count <= 4
        else { return nil }
        let power = exponent.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard power >= 3, power & 1 == 1 else { return nil }
        self.modulus = Self.words(modulus)
        self.exponent = power
        byteCount = modulus.count
        negativeInverse = Self.negativeInverse(of: self.modulus[0])
        square = Self.square(of: self.modulus)
    }

    /// Whether `signature` is of `message` by this key.
    package func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard signature.count == byteCount else { return false }
        let value = Self.words(signature)
        guard Self.isBelow(value, modulus) else { return false }
        return bytes(of: power(of: value)) == encoded(message)
    }

    /// The one text that a signature of the message may hold.
    private func encoded(_ message: [UInt8]) -> [UInt8] {
        let info: [UInt8] = [
            0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
            0x20,
        ]
        let padding = byteCount - info.count - SHA256.digestBytes - 3
        return [0x00, 0x01] + [UInt8](repeating: 0xff, count: padding) + [0x00] + info + SHA256.hash(message)
    }

    // MARK: Numbers modulo N, the lowest word first

    private func power(of value: [UInt64]) -> [UInt64] {
        let base = product(value, square)
        var power = base
        // From the bit below the highest on.
        for bit in (0..<(31 - exponent.leadingZeroBitCount)).reversed() {
            power = product(power, power)
            if exponent >> UInt32(bit) & 1 == 1 { power = product(power, base) }
        }
        var one = [UInt64](repeating: 0, count: modulus.count)
        one[0] = 1
        return product(power, one)
    }

    /// a·b/R mod N
    private func product(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
        let count = modulus.count
        var sum = [UInt64](repeating: 0, count: count + 2)
        for digit in b {
            Self.add(a, times: digit, to: &sum)
            // The multiple of N that makes the lowest word vanish.
            Self.add(modulus, times: sum[0] &* negativeInverse, to: &sum)
            sum.removeFirst()
            sum.append(0)
        }
        let low = Array(sum[..<count])
        return sum[count] != 0 || !Self.isBelow(low, modulus) ? Self.difference(low, modulus) : low
    }

    private static func add(_ a: [UInt64], times digit: UInt64, to sum: inout [UInt64]) {
        var carry: UInt64 = 0
        for index in a.indices {
            let (high, low) = a[index].multipliedFullWidth(by: digit)
            let (first, overflow) = low.addingReportingOverflow(sum[index])
            let (second, overflowAgain) = first.addingReportingOverflow(carry)
            sum[index] = second
            carry = high &+ (overflow ? 1 : 0) &+ (overflowAgain ? 1 : 0)
        }
        let (top, overflow) = sum[a.count].addingReportingOverflow(carry)
        sum[a.count] = top
        sum[a.count + 1] &+= overflow ? 1 : 0
    }

    private static func isBelow(_ a: [UInt64], _ b: [UInt64]) -> Bool {
        for index in a.indices.reversed() where a[index] != b[index] { return a[index] < b[index] }
        return false
    }

    /// Modulo R.
    private static func difference(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
        var (result, borrow) = (a, false)
        for index in a.indices {
            let (part, first) = a[index].subtractingReportingOverflow(b[index])
            let (whole, second) = part.subtractingReportingOverflow(borrow ? 1 : 0)
            result[index] = whole
            borrow = first || second
        }
        return result
    }

    /// By Newton's iteration: each round doubles the bits that are right, of which an odd number has three.
    private static func negativeInverse(of word: UInt64) -> UInt64 {
        var inverse = word
        for _ in 0..<5 { inverse = inverse &* (2 &- word &* inverse) }
        return 0 &- inverse
    }

    /// R mod N is R − N, as N has its highest bit; doubled as often as R has bits.
    private static func square(of modulus: [UInt64]) -> [UInt64] {
        var value = difference([UInt64](repeating: 0, count: modulus.count), modulus)
        for _ in 0..<(64 * modulus.count) {
            let carry = value[value.count - 1] >> 63 == 1
            for index in value.indices.reversed() {
                value[index] = value[index] << 1 | (index > 0 ? value[index - 1] >> 63 : 0)
            }
            if carry || !isBelow(value, modulus) { value = difference(value, modulus) }
        }
        return value
    }

    private static func words(_ bytes: [UInt8]) -> [UInt64] {
        stride(from: bytes.count, to: 0, by: -8).map { end in
            bytes[end - 8..<end].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
    }

    private func bytes(of words: [UInt64]) -> [UInt8] {
        words.reversed().flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) } }
    }
}
