import JSON
import Testing

/// Requests whose bodies are compressed. The bytes were made by Python's gzip and zlib from `{"Limit": 1}`.
struct EncodingTests {
    @Test(arguments: [nil, "", "identity"] as [String?]) func `takes plain bodies`(encoding: String?) throws {
        let answer = try Fixture.shared.get().send(
            "DynamoDB_20120810.ListTables", bytes: Array(#"{"Limit": 1}"#.utf8), encoding: encoding)
        #expect(answer.body["TableNames"] == ["Blobs"])
    }

    @Test(arguments: ["gzip", "GZIP"]) func `undoes gzip`(encoding: String) throws {
        #expect(try Self.answer(Self.gzip, encoding).body["TableNames"] == ["Blobs"])
    }

    @Test func `undoes several members`() throws {
        #expect(try Self.answer(Self.firstHalf + Self.secondHalf, "gzip").body["TableNames"] == ["Blobs"])
    }

    @Test func `undoes zlib`() throws { #expect(try Self.answer(Self.zlib, "deflate").body["TableNames"] == ["Blobs"]) }

    @Test(
        arguments: [
            ("gzip", zlib), ("gzip", []), ("gzip", Array(gzip.dropLast())), ("gzip", gzip + [1]), ("deflate", gzip),
            ("deflate", []),
            ("deflate", zlib + [0]), ("br", gzip), ("gzip", Array(#"{"Limit": 1}"#.utf8)),
        ] as [(String, [UInt8])])
    func `fails on other bytes`(encoding: String, bytes: [UInt8]) throws {
        let answer = try Self.answer(bytes, encoding)
        #expect(answer.status == 500 && answer.errorType == "InternalServerError")
    }

    /// Every byte that is wrong is found: by the header, the codes, the length or the checksum. Time, system and the
    /// bits that fill up the last byte of the data do not count.
    @Test(arguments: gzip.indices.filter { ![4, 5, 6, 7, 8, 9, 23].contains($0) }) func `finds a broken byte`(
        place: Int
    ) throws {
        var bytes = Self.gzip
        bytes[place] ^= 0x10
        #expect(try Self.answer(bytes, "gzip").status == 500)
    }

    static func answer(_ bytes: [UInt8], _ encoding: String) throws -> Answer {
        try Fixture.shared.get().send("DynamoDB_20120810.ListTables", bytes: bytes, encoding: encoding)
    }

    static let gzip: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xAB, 0x56, 0xF2, 0xC9, 0xCC, 0xCD, 0x2C, 0x51,
        0xB2, 0x52,
        0x30, 0xAC, 0x05, 0x00, 0xAB, 0xDE, 0xFB, 0xB5, 0x0C, 0x00, 0x00, 0x00,
    ]
    static let firstHalf: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xAB, 0x56, 0xF2, 0xC9, 0xCC, 0x05, 0x00, 0xD9,
        0xF8, 0xA7,
        0xBC, 0x05, 0x00, 0x00, 0x00,
    ]
    static let secondHalf: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xCB, 0x2C, 0x51, 0xB2, 0x52, 0x30, 0xAC, 0x05,
        0x00, 0xED,
        0xB1, 0xC2, 0xE7, 0x07, 0x00, 0x00, 0x00,
    ]
    static let zlib: [UInt8] = [
        0x78, 0x9C, 0xAB, 0x56, 0xF2, 0xC9, 0xCC, 0xCD, 0x2C, 0x51, 0xB2, 0x52, 0x30, 0xAC, 0x05, 0x00, 0x19, 0xBF,
        0x03, 0xC7,
    ]
}
