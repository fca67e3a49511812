import Testing
import Tokens

struct Base64URLTests {
    /// RFC 4648, section 10, without padding, and the two digits that differ from base64's.
    static let rows: [([UInt8], String)] = [
        ([], ""), (Array("f".utf8), "Zg"), (Array("fo".utf8), "Zm8"), (Array("foo".utf8), "Zm9v"),
        (Array("foob".utf8), "Zm9vYg"), (Array("fooba".utf8), "Zm9vYmE"), (Array("foobar".utf8), "Zm9vYmFy"),
        ([0xFB, 0xFF], "-_8"),
    ]
    @Test(arguments: rows) func `goes there and back`(bytes: [UInt8], text: String) {
        #expect(Base64URL.text(of: bytes) == text)
        #expect(Base64URL.bytes(of: text) == bytes)
    }

    @Test(arguments: ["Z", "Zg==", "Zh", "Zm9", "+/8", "Zm 9v", "Zm9v\n"]) func `refuses`(text: String) {
        #expect(Base64URL.bytes(of: text) == nil)
    }
}
