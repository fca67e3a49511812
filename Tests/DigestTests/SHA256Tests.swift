import Digest
import Testing

struct SHA256Tests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var message: [UInt8]
        var digest: String
    }

    /// Bytes 0, 1, … 250, 0, … so that a block or a byte in the wrong place shows.
    static func counted(_ count: Int) -> [UInt8] { (0..<count).map { UInt8($0 % 251) } }

    // The first five are NIST's ("Cryptographic Standards and Guidelines: Example Values"); the rest surround the
    // boundaries of padding and block, by another implementation.
    static let rows = [
        Row(
            testDescription: "empty", message: [],
            digest: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        Row(
            testDescription: "abc", message: Array("abc".utf8),
            digest: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        Row(
            testDescription: "two blocks",
            message: Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
            digest: "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
        Row(
            testDescription: "longer than a block",
            message: Array(
                ("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                    + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu").utf8),
            digest: "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"),
        Row(
            testDescription: "a million a", message: [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000),
            digest: "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        Row(
            testDescription: "55 bytes", message: counted(55),
            digest: "463eb28e72f82e0a96c0a4cc53690c571281131f672aa229e0d45ae59b598b59"),
        Row(
            testDescription: "56 bytes", message: counted(56),
            digest: "da2ae4d6b36748f2a318f23e7ab1dfdf45acdc9d049bd80e59de82a60895f562"),
        Row(
            testDescription: "63 bytes", message: counted(63),
            digest: "29af2686fd53374a36b0846694cc342177e428d1647515f078784d69cdb9e488"),
        Row(
            testDescription: "64 bytes", message: counted(64),
            digest: "fdeab9acf3710362bd2658cdc9a29e8f9c757fcf9811603a8c447cd1d9151108"),
        Row(
            testDescription: "65 bytes", message: counted(65),
            digest: "4bfd2c8b6f1eec7a2afeb48b934ee4b2694182027e6d0fc075074f2fabb31781"),
        Row(
            testDescription: "119 bytes", message: counted(119),
            digest: "da18797ed7c3a777f0847f429724a2d8cd5138e6ed2895c3fa1a6d39d18f7ec6"),
        Row(
            testDescription: "120 bytes", message: counted(120),
            digest: "f52b23db1fbb6ded89ef42a23ce0c8922c45f25c50b568a93bf1c075420bbb7c"),
        Row(
            testDescription: "127 bytes", message: counted(127),
            digest: "92ca0fa6651ee2f97b884b7246a562fa71250fedefe5ebf270d31c546bfea976"),
        Row(
            testDescription: "128 bytes", message: counted(128),
            digest: "471fb943aa23c511f6f72f8d1652d9c880cfa392ad80503120547703e56a2be5"),
        Row(
            testDescription: "1,000 bytes", message: counted(1_000),
            digest: "4e4c294b331f7a2099a379bec34b9f9fc03dc46ab465d998f4d683da53487e6d"),
    ]

    @Test(arguments: rows) func `digests the whole message`(row: Row) {
        #expect(hexadecimal(SHA256.hash(row.message)) == row.digest)
    }

    @Test(arguments: [1, 3, 63, 64, 65, 127, 300]) func `pieces give the digest of the whole`(size: Int) {
        let message = Self.counted(1_000)
        var hash = SHA256()
        for start in stride(from: 0, to: message.count, by: size) {
            hash.update(Array(message[start..<min(start + size, message.count)]))
        }
        #expect(hash.finalize() == SHA256.hash(message))
    }

    @Test func `may be asked for the digest and given more`() {
        var hash = SHA256()
        hash.update(Array("ab".utf8))
        #expect(hash.finalize() == SHA256.hash(Array("ab".utf8)))
        hash.update(Array("c".utf8))
        #expect(hash.finalize() == SHA256.hash(Array("abc".utf8)))
    }
}
