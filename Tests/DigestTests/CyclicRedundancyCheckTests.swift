import Digest
import Testing

struct CyclicRedundancyCheckTests {
    static let rows: [(CyclicRedundancyCheck.Kind, UInt64)] = [
        // The catalogue's check values: of the nine digits.
        (.crc32, 0xCBF4_3926), (.crc32c, 0xE306_9283), (.crc64NVMe, 0xAE8B_1486_0A79_9888),
    ]

    private static func value(_ bytes: [UInt8], _ kind: CyclicRedundancyCheck.Kind) -> UInt64 {
        var crc = CyclicRedundancyCheck(kind)
        bytes.withUnsafeBytes { crc.update($0) }
        return crc.value
    }

    @Test(arguments: rows) func `has the catalogue's value`(kind: CyclicRedundancyCheck.Kind, expected: UInt64) {
        #expect(Self.value(Array("123456789".utf8), kind) == expected)
        #expect(CyclicRedundancyCheck(kind).value == 0)
    }

    @Test(arguments: rows) func `pieces make the same as the whole`(kind: CyclicRedundancyCheck.Kind, _: UInt64) {
        let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ $0 >> 3) }
        let whole = Self.value(bytes, kind)
        for cut in [0, 1, 7, 8, 9, 500, 999, 1_000] {
            var crc = CyclicRedundancyCheck(kind)
            bytes[..<cut].withUnsafeBytes { crc.update($0) }
            bytes[cut...].withUnsafeBytes { crc.update($0) }
            #expect(crc.value == whole)
            let (first, second) = (Self.value(Array(bytes[..<cut]), kind), Self.value(Array(bytes[cut...]), kind))
            #expect(
                CyclicRedundancyCheck.combined(first, second, secondBytes: 1_000 - cut, kind) == whole,
                "cut at \(cut)")
        }
    }
}
