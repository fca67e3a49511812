import DynamoDBAPI
import JSON
import Testing

struct CompressedAnswerTests {
    /// Longer than what is left alone by one byte.
    static let long = body(bytes: 4_097)

    /// A request for one table, filled up with spaces.
    static func body(bytes: Int) -> [UInt8] {
        Array(#"{"Limit": 1}"#.utf8) + [UInt8](repeating: 0x20, count: bytes - 12)
    }

    @Test func `short answers go as they are`() {
        #expect(DynamoDBResponse(status: 200, body: Self.long).compressed(accepting: "gzip") != nil)
        let short = DynamoDBResponse(status: 200, body: Self.body(bytes: 4_096))
        #expect(!short.isCompressible && short.compressed(accepting: "gzip") == nil)
    }

    static let accepted: [(String, String?)] = [
        ("gzip", "gzip"), ("deflate", "deflate"), ("GZIP, identity", "gzip"), ("", nil), ("identity", nil), ("br", nil),
        ("x-gzip", nil), ("gzip br", nil), ("\"gzip\"", nil), ("gzip:q=1", nil),
        // Of two alike the first, but what is named before what the star stands for.
        ("gzip, deflate", "gzip"), ("br, deflate, gzip", "deflate"), ("dog, gzip ,, cat", "gzip"),
        ("*", "gzip"), ("*, deflate", "deflate"), ("*, deflate;q=0.5", "gzip"), ("*, gzip;q=0.5", "deflate"),
        ("*, gzip, deflate", "gzip"), ("*;q=0", nil), ("br;q=0.8,*;q=0", nil),
        // Weights.
        ("deflate;q=0.5, gzip;q=0.2", "deflate"), ("deflate;q=0.2, gzip; q=0.5", "gzip"), ("gzip;q=0", nil),
        ("gzip ;q=0", nil), ("gzip;q=0.0001", "gzip"), ("gzip;q=31,deflate;q=51", "gzip"),
        ("deflate;q=-0.5,gzip;q=0.2", "gzip"), ("deflate;q=0.5,gzip;q=0.", "deflate"),
        ("deflate;q=0.5,gzip;q=0.x", "gzip"), ("gzip;q=0, gzip;q=1, gzip;q=0", "gzip"),
        // The first "q=" counts, wherever it stands.
        ("gzip;q=0;q=1", nil), ("gzip;q= 0;q=1", nil), ("gzip;q =0;q=1", "gzip"), ("gzip;nq=0;q=1", nil),
        ("gzip;q=nan", nil),
        // The client would rather have it as it is; DynamoDB does not read that.
        ("gzip;q=0.5,identity;q=0.8", "gzip"), ("identity;q=0", nil),
    ]
    @Test(arguments: accepted) func `chooses as DynamoDB does`(header: String, encoding: String?) {
        let answer = DynamoDBResponse(status: 200, body: Self.long).compressed(accepting: header)
        #expect(answer?.encoding == encoding)
    }

    /// What the answers are like: one byte over and over, none twice in a row, text, bytes without order, and several
    /// blocks of them.
    static let bodies: [[UInt8]] = [
        long, body(bytes: 300_000),
        padded((0..<5_000).map { UInt8(0x20 + $0 % 90) }),
        padded((0..<40_000).map { UInt8(0x20 + ($0 * $0 / 7) % 90) }),
        padded(random(50_000, of: 36)), padded(random(120_000, of: 90)),
        padded(random(33_000, of: 90) + [UInt8](repeating: 0x20, count: 300) + random(33_000, of: 90)),
        padded((0..<20).flatMap { (count: Int) in [UInt8](repeating: 0x41, count: 1 << (count % 14)) + [0x42] }),
    ]
    /// A request that holds `text`, from the letters on.
    static func padded(_ text: [UInt8]) -> [UInt8] {
        let name = text.map { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") ? 0x21 : $0 }
        return Array(#"{"Limit": 1, "Unknown": ""#.utf8) + name + Array(#""}"#.utf8)
    }
    static func random(_ count: Int, of letters: UInt64) -> [UInt8] {
        var state: UInt64 = 67
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(0x23 + (state >> 33) % letters)
        }
    }

    @Test(arguments: ["gzip", "deflate"], bodies) func `what it compresses it can read`(
        encoding: String, body: [UInt8]
    ) throws {
        let plain = DynamoDBResponse(status: 200, body: body)
        let answer = try #require(plain.compressed(accepting: encoding)?.response)
        #expect(answer.body.count < body.count && answer.crc32 != plain.crc32)
        #expect(try EncodingTests.answer(answer.body, encoding).body["TableNames"] == ["Blobs"])
    }

    @Test func `compresses what repeats itself to next to nothing`() throws {
        let answer = DynamoDBResponse(status: 200, body: Self.body(bytes: 300_000)).compressed(accepting: "gzip")
        #expect(try #require(answer).response.body.count < 400)
    }

    /// Letters of 36 kinds without order need 5.2 bits each; what repeats by chance costs a little.
    @Test func `codes letters by how often they occur`() throws {
        let body = Self.padded(Self.random(50_000, of: 36))
        let answer = try #require(DynamoDBResponse(status: 200, body: body).compressed(accepting: "gzip"))
        #expect(answer.response.body.count < 50_000 * 55 / 80)
    }
}
