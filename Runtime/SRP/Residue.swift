/// A number below the modulus N of the 3072-bit group, in Montgomery's form: x·R mod N with R = 2^3072.
///
/// Own code, since a sign-in takes about a thousand multiplications: attaswift/BigInt, a general package, divides after
/// each and takes new memory for each result. One power took it 23 ms (800 in a debug build), on the event loop that
/// everybody waits for, where the server's whole step here takes 4.3 ms.
///
/// - Note: Source: P. Montgomery, "Modular multiplication without trial division", 1985; Koç, Acar and Kaliski,
///   "Analyzing and comparing Montgomery multiplication algorithms", 1996 (CIOS).
struct Residue: Hashable, Sendable {
    static let words = 48
    static let byteCount = words * 8

    /// The lowest first.
    private let limbs: [UInt64]

    private init(limbs: [UInt64]) { self.limbs = limbs }

    /// RFC 5054's (RFC 3526's) 3072-bit prime.
    ///
    /// - Note: Source: RFC 5054, appendix A, "3072-bit Group".
    static let modulus = """
        FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B\
        302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE6\
        49286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D\
        670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718\
        3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7D\
        B3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C\
        BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF
        """
    private static let n: [UInt64] = {
        let digits = Array(modulus.utf8)
        return (0..<words).map { word in
            let start = digits.count - 16 * (word + 1)
            return UInt64(String(decoding: digits[start..<start + 16], as: UTF8.self), radix: 16)!
        }
    }()
    /// -N⁻¹ mod 2^64: N ends in 64 ones, so N is -1 there and its inverse as well.
    private static let negativeInverse: UInt64 = 1
    /// R mod N, which is R - N: N's highest bit is set.
    static let one = Residue(limbs: n.map { ~$0 }.incremented)
    /// R² mod N, by which numbers are brought into Montgomery's form.
    private static let square: Residue = {
        var power = one
        for _ in 0..<(64 * words) { power = power + power }
        return power
    }()

    /// - Parameter bytes: the highest first; 384 at most, leading zeros left out or not. Taken modulo N.
    init?(bytes: some Collection<UInt8>) {
        guard bytes.count <= Self.byteCount else { return nil }
        var limbs = [UInt64](repeating: 0, count: Self.words)
        for (index, byte) in bytes.reversed().enumerated() { limbs[index / 8] |= UInt64(byte) << (8 * (index % 8)) }
        if !Self.isBelow(limbs, Self.n) { limbs = Self.difference(limbs, Self.n).limbs }
        self = Residue(limbs: limbs) * Self.square
    }

    /// Without leading zeros: no byte at all for zero.
    var bytes: [UInt8] {
        let plain = self * Residue(limbs: [1] + [UInt64](repeating: 0, count: Self.words - 1))
        let bytes = plain.limbs.reversed().flatMap { limb in
            stride(from: UInt64(56), through: 0, by: -8).map { UInt8(truncatingIfNeeded: limb >> $0) }
        }
        return Array(bytes.drop { $0 == 0 })
    }

    var isZero: Bool { limbs.allSatisfy { $0 == 0 } }

    static func + (a: Residue, b: Residue) -> Residue {
        var (sum, carry) = ([UInt64](repeating: 0, count: words), false)
        for index in 0..<words {
            let (part, first) = a.limbs[index].addingReportingOverflow(b.limbs[index])
            let (whole, second) = part.addingReportingOverflow(carry ? 1 : 0)
            sum[index] = whole
            carry = first || second
        }
        return Residue(limbs: carry || !isBelow(sum, n) ? difference(sum, n).limbs : sum)
    }

    static func * (a: Residue, b: Residue) -> Residue {
        let product = [UInt64](unsafeUninitializedCapacity: words + 2) { buffer, count in
            buffer.initialize(repeating: 0)
            count = words + 2
            a.limbs.withUnsafeBufferPointer { a in
                b.limbs.withUnsafeBufferPointer { b in
                    n.withUnsafeBufferPointer {
                        multiply(a.baseAddress!, b.baseAddress!, $0.baseAddress!, buffer.baseAddress!)
                    }
                }
            }
        }
        let low = Array(product[..<words])
        return Residue(limbs: product[words] != 0 || !isBelow(low, n) ? difference(low, n).limbs : low)
    }

    /// sum = a·b/R mod N, below 2N.
    private static func multiply(
        _ a: UnsafePointer<UInt64>, _ b: UnsafePointer<UInt64>, _ n: UnsafePointer<UInt64>,
        _ sum: UnsafeMutablePointer<UInt64>
    ) {
        var row = 0
        while row < words {
            let digit = b[row]
            var carry: UInt64 = 0
            var index = 0
            while index < words {
                let (high, low) = a[index].multipliedFullWidth(by: digit)
                let (first, overflow) = low.addingReportingOverflow(sum[index])
                let (second, overflowAgain) = first.addingReportingOverflow(carry)
                sum[index] = second
                carry = high &+ (overflow ? 1 : 0) &+ (overflowAgain ? 1 : 0)
                index &+= 1
            }
            let (top, overflow) = sum[words].addingReportingOverflow(carry)
            sum[words] = top
            sum[words + 1] = overflow ? 1 : 0

            // The multiple of N that makes the lowest word vanish.
            let multiple = sum[0] &* negativeInverse
            let lowest = multiple.multipliedFullWidth(by: n[0])
            carry = lowest.high &+ (lowest.low.addingReportingOverflow(sum[0]).overflow ? 1 : 0)
            index = 1
            while index < words {
                let (high, low) = n[index].multipliedFullWidth(by: multiple)
                let (first, overflow) = low.addingReportingOverflow(sum[index])
                let (second, overflowAgain) = first.addingReportingOverflow(carry)
                sum[index &- 1] = second
                carry = high &+ (overflow ? 1 : 0) &+ (overflowAgain ? 1 : 0)
                index &+= 1
            }
            let (last, lastOverflow) = sum[words].addingReportingOverflow(carry)
            sum[words &- 1] = last
            sum[words] = sum[words + 1] &+ (lastOverflow ? 1 : 0)
            row &+= 1
        }
    }

    /// - Parameter exponent: the highest byte first.
    func power(_ exponent: some Collection<UInt8>) -> Residue {
        var power = Self.one
        for byte in exponent {
            for bit in stride(from: 7, through: 0, by: -1) {
                power = power * power
                if byte >> UInt8(bit) & 1 == 1 { power = power * self }
            }
        }
        return power
    }

    private static func isBelow(_ a: [UInt64], _ b: [UInt64]) -> Bool {
        for index in stride(from: words - 1, through: 0, by: -1) where a[index] != b[index] {
            return a[index] < b[index]
        }
        return false
    }

    /// Modulo R.
    private static func difference(_ a: [UInt64], _ b: [UInt64]) -> Residue {
        var (result, borrow) = ([UInt64](repeating: 0, count: words), false)
        for index in 0..<words {
            let (part, first) = a[index].subtractingReportingOverflow(b[index])
            let (whole, second) = part.subtractingReportingOverflow(borrow ? 1 : 0)
            result[index] = whole
            borrow = first || second
        }
        return Residue(limbs: result)
    }
}

extension [UInt64] {
    fileprivate var incremented: [UInt64] {
        var result = self
        for index in result.indices {
            result[index] &+= 1
            if result[index] != 0 { break }
        }
        return result
    }
}
