/// The CRCs of gzip, zip and S3, all of them reflected: least significant bit first.
///
/// - Note: Source: "Catalogue of parametrised CRC algorithms": CRC-32/ISO-HDLC, CRC-32/ISCSI, CRC-64/NVME.
package struct CyclicRedundancyCheck: Sendable {
    package enum Kind: Sendable {
        case crc32, crc32c, crc64NVMe

        fileprivate var bits: UInt64 { self == .crc64NVMe ? 64 : 32 }
        fileprivate var mask: UInt64 { self == .crc64NVMe ? .max : 0xFFFF_FFFF }

        fileprivate var polynomial: UInt64 {
            switch self {
            case .crc32: 0xEDB8_8320
            case .crc32c: 0x82F6_3B78
            case .crc64NVMe: 0x9A6C_9329_AC4B_C9B5
            }
        }

        fileprivate var tables: [UInt64] {
            switch self {
            case .crc32: Self.crc32Tables
            case .crc32c: Self.crc32cTables
            case .crc64NVMe: Self.crc64Tables
            }
        }

        private static let crc32Tables = makeTables(Kind.crc32.polynomial)
        private static let crc32cTables = makeTables(Kind.crc32c.polynomial)
        private static let crc64Tables = makeTables(Kind.crc64NVMe.polynomial)

        /// Eight tables of 256: what a byte becomes after it and 0...7 more.
        private static func makeTables(_ polynomial: UInt64) -> [UInt64] {
            var tables = [UInt64](repeating: 0, count: 8 * 256)
            for byte in 0..<256 {
                var value = UInt64(byte)
                for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ polynomial : value >> 1 }
                tables[byte] = value
            }
            for index in 256..<8 * 256 {
                let previous = tables[index - 256]
                tables[index] = previous >> 8 ^ tables[Int(previous & 0xFF)]
            }
            return tables
        }
    }

    private let kind: Kind
    private var register: UInt64

    package init(_ kind: Kind) {
        self.kind = kind
        register = kind.mask
    }

    /// The bytes taken so far, in a number of 32 or 64 bits.
    package var value: UInt64 { register ^ kind.mask }

    /// Most significant byte first: 4 or 8.
    package var bytes: [UInt8] { Self.bytes(of: value, kind) }

    package static func bytes(of value: UInt64, _ kind: Kind) -> [UInt8] {
        stride(from: Int(kind.bits) - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> UInt64($0)) }
    }

    /// The checksum of gzip and zip.
    package static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var check = CyclicRedundancyCheck(.crc32)
        bytes.withUnsafeBytes { check.update($0) }
        return UInt32(check.value)
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard var next = bytes.baseAddress else { return }
        var left = bytes.count
        var register = register
        // Eight bytes at a time (Kounavis and Berry, "Novel table lookup-based algorithms for high-performance CRC
        // generation", 2008).
        kind.tables.withUnsafeBufferPointer { buffer in
            let table = buffer.baseAddress!
            while left >= 8 {
                let word = register ^ UInt64(littleEndian: next.loadUnaligned(as: UInt64.self))
                var sum = table[7 * 256 + Int(word & 0xFF)]
                sum ^= table[6 * 256 + Int(word >> 8 & 0xFF)]
                sum ^= table[5 * 256 + Int(word >> 16 & 0xFF)]
                sum ^= table[4 * 256 + Int(word >> 24 & 0xFF)]
                sum ^= table[3 * 256 + Int(word >> 32 & 0xFF)]
                sum ^= table[2 * 256 + Int(word >> 40 & 0xFF)]
                sum ^= table[256 + Int(word >> 48 & 0xFF)]
                register = sum ^ table[Int(word >> 56)]
                next += 8
                left -= 8
            }
            while left > 0 {
                register = register >> 8 ^ table[Int((register ^ UInt64(next.load(as: UInt8.self))) & 0xFF)]
                next += 1
                left -= 1
            }
        }
        self.register = register
    }

    /// The CRC of two texts one after the other, of the CRCs of each and the length of the second.
    ///
    /// - Note: Source: zlib's crc32_combine: the first is moved on by as many zero bytes, which is a product of
    ///   polynomials.
    package static func combined(_ first: UInt64, _ second: UInt64, secondBytes: Int, _ kind: Kind) -> UInt64 {
        // x to the power of 8 × the length, by squaring.
        var power = one(kind) >> 8
        var shift = one(kind)
        var count = secondBytes
        while count > 0 {
            if count & 1 == 1 { shift = product(shift, power, kind) }
            power = product(power, power, kind)
            count >>= 1
        }
        return product(first, shift, kind) ^ second
    }

    /// x⁰: the most significant bit.
    private static func one(_ kind: Kind) -> UInt64 { 1 << (kind.bits - 1) }

    /// Modulo the polynomial.
    private static func product(_ a: UInt64, _ b: UInt64, _ kind: Kind) -> UInt64 {
        var (bit, b, sum) = (one(kind), b, UInt64(0))
        while bit != 0 {
            if a & bit != 0 { sum ^= b }
            b = b & 1 == 1 ? b >> 1 ^ kind.polynomial : b >> 1
            bit >>= 1
        }
        return sum
    }
}
