import Digest
import Testing

struct HMACSHA256Tests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var key: [UInt8]
        var message: [UInt8]
        /// As many digits as the standard gives.
        var code: String
    }

    // RFC 4231, section 4.
    static let rows = [
        Row(
            testDescription: "case 1", key: [UInt8](repeating: 0x0b, count: 20), message: Array("Hi There".utf8),
            code: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        Row(
            testDescription: "case 2", key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8),
            code: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        Row(
            testDescription: "case 3", key: [UInt8](repeating: 0xaa, count: 20),
            message: [UInt8](repeating: 0xdd, count: 50),
            code: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        Row(
            testDescription: "case 4", key: Array(1...25), message: [UInt8](repeating: 0xcd, count: 50),
            code: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        Row(
            testDescription: "case 5, cut short", key: [UInt8](repeating: 0x0c, count: 20),
            message: Array("Test With Truncation".utf8), code: "a3b6167473100ee06e0c796c2955552b"),
        Row(
            testDescription: "case 6, a key longer than a block", key: [UInt8](repeating: 0xaa, count: 131),
            message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            code: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        Row(
            testDescription: "case 7, both longer than a block", key: [UInt8](repeating: 0xaa, count: 131),
            message: Array(
                ("This is a test using a larger than block-size key and a larger than block-size data. "
                    + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
            code: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ]

    @Test(arguments: rows) func `vouches as the standard says`(row: Row) {
        #expect(hexadecimal(HMACSHA256.authenticate(key: row.key, message: row.message)).hasPrefix(row.code))
    }

    @Test func `pieces give the code of the whole`() {
        var code = HMACSHA256(key: Array("Jefe".utf8))
        code.update(Array("what do ya want ".utf8))
        code.update(Array("for nothing?".utf8))
        #expect(hexadecimal(code.finalize()) == Self.rows[1].code)
    }
}

struct ComparisonTests {
    @Test(
        arguments: [
            ([], [], true), ([1], [1], true), ([1], [2], false), ([1], [1, 0], false),
            ([1, 2, 3], [1, 2, 0x83], false),
            ([0x80, 2], [0, 2], false),
        ] as [([UInt8], [UInt8], Bool)])
    func `tells equal bytes from others`(a: [UInt8], b: [UInt8], isEqual: Bool) {
        #expect(isEqualInConstantTime(a, b) == isEqual)
    }

    @Test func `writes and reads hexadecimal`() {
        #expect(hexadecimal([0, 0x0f, 0xa5, 0xff]) == "000fa5ff")
        #expect(bytes(hexadecimal: "000fA5ff") == [0, 0x0f, 0xa5, 0xff])
        #expect(bytes(hexadecimal: "") == [])
        for malformed in ["0", "0g", "é", "+1", "0x12 "] { #expect(bytes(hexadecimal: malformed) == nil) }
    }
}
