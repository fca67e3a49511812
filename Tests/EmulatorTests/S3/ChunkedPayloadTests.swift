import Emulator
import Testing

struct ChunkedPayloadTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var text: String
        /// nil if it is malformed.
        var expected: String?
        var isComplete = true
    }
    static let rows = [
        Row(testDescription: "one chunk", text: "5\r\nhello\r\n0\r\n\r\n", expected: "hello|end -|end -|"),
        Row(testDescription: "nothing", text: "0\r\n\r\n", expected: "end -|"),
        Row(
            testDescription: "signed", text: "3;chunk-signature=ab\r\na\r\n\r\n0;chunk-signature=cd\r\n\r\n",
            expected: "a\r\n|end ab|end cd|"),
        Row(
            testDescription: "trailers", text: "A\r\n0123456789\r\n0\r\nX-Amz-A: b\r\nc:d:e\r\n\r\n",
            expected: "0123456789|end -|end -|x-amz-a=b|c=d:e|"),
        Row(testDescription: "line feeds after the end", text: "0\r\n\r\n\r\n", expected: "end -|"),
        Row(testDescription: "cut in a chunk", text: "5\r\nhel", expected: "hel", isComplete: false),
        Row(
            testDescription: "cut before the trailers' end", text: "0\r\na:b\r\n", expected: "end -|a=b|",
            isComplete: false),
        Row(testDescription: "no length", text: "\r\nhello"),
        Row(testDescription: "no hexadecimal", text: "5g\r\nhello\r\n"),
        Row(testDescription: "negative", text: "-1\r\nhello\r\n"),
        Row(testDescription: "eleven digits", text: "00000000005\r\nhello\r\n"),
        Row(testDescription: "longer than it says", text: "4\r\nhello\r\n0\r\n\r\n"),
        Row(testDescription: "a trailer without a colon", text: "0\r\nab\r\n\r\n"),
        Row(testDescription: "more after the end", text: "0\r\n\r\nx"),
        Row(testDescription: "an endless head", text: "5;" + String(repeating: "x", count: 5_000)),
    ]

    /// - Returns: what came, in order; contents put together.
    private static func read(_ text: String, pieces: Int) throws -> (String, Bool) {
        var payload = ChunkedPayload()
        var seen = ""
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            try bytes[start..<min(start + pieces, bytes.count)].withUnsafeBytes { bytes in
                try payload.take(bytes) { piece in
                    switch piece {
                    case .content(let content): seen += String(decoding: content, as: UTF8.self)
                    case .chunkEnd(let signature):
                        seen += "\(seen.isEmpty || seen.hasSuffix("|") ? "" : "|")end \(signature ?? "-")|"
                    case .trailer(let name, let value): seen += "\(name)=\(value)|"
                    }
                }
            }
        }
        return (seen, payload.isComplete)
    }

    @Test(arguments: rows) func `reads in pieces of any size`(row: Row) throws {
        for size in [1, 2, 3, 7, 10_000] {
            if let expected = row.expected {
                let (seen, isComplete) = try Self.read(row.text, pieces: size)
                #expect(seen == expected)
                #expect(isComplete == row.isComplete)
            } else {
                #expect(throws: ChunkedPayload.Malformed.self) { try Self.read(row.text, pieces: size) }
            }
        }
    }
}
