/// Takes a body in `aws-chunked` encoding apart, piece by piece: chunks with their length and perhaps a signature in
/// front, then trailers.
///
/// - Note: Source: Amazon S3 API Reference, "Signature calculations for the Authorization header: transferring payload
///   in multiple chunks", and the same "with trailing headers".
package struct ChunkedPayload: Sendable {
    /// What a piece of the body was.
    package enum Piece {
        case content(UnsafeRawBufferPointer)
        /// A chunk ends; the last one, which is empty, included.
        case chunkEnd(signature: String?)
        /// In lower case.
        case trailer(name: String, value: String)
    }

    package struct Malformed: Error, Hashable {}

    private enum State: Hashable {
        case head, content(left: Int, signature: String?), contentEnd(signature: String?), trailer, done
    }

    /// Hexadecimal digits of a chunk's length: 5 GB has nine.
    private static let lengthDigitsMax = 10

    private var state = State.head
    private var line: [UInt8] = []

    package init() {}

    package var isComplete: Bool { state == .done }

    /// - Throws: `Malformed` once; nothing must be given after it.
    package mutating func take(
        _ bytes: UnsafeRawBufferPointer, _ each: (Piece) -> Void
    ) throws(Malformed) {
        var rest = bytes[...]
        while !rest.isEmpty {
            switch state {
            case .content(let left, let signature):
                let count = min(left, rest.count)
                each(.content(UnsafeRawBufferPointer(rebasing: rest.prefix(count))))
                rest = rest.dropFirst(count)
                state =
                    count == left
                    ? .contentEnd(signature: signature) : .content(left: left - count, signature: signature)
            case .head, .contentEnd, .trailer:
                guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
                    line += rest
                    guard line.count <= S3Quotas.chunkHeadBytesMax else { throw Malformed() }
                    return
                }
                line += rest[..<end]
                rest = rest[(end + 1)...]
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                guard line.count <= S3Quotas.chunkHeadBytesMax else { throw Malformed() }
                let text = String(decoding: line, as: UTF8.self)
                line = []
                try takeLine(text, each)
            case .done:
                // Some clients end with one line break more.
                guard rest.allSatisfy({ $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }) else {
                    throw Malformed()
                }
                return
            }
        }
    }

    private mutating func takeLine(_ text: String, _ each: (Piece) -> Void) throws(Malformed) {
        switch state {
        case .head:
            let parts = text.split(separator: ";", maxSplits: 1)
            guard let first = parts.first, first.utf8.count <= Self.lengthDigitsMax,
                let length = Int(first, radix: 16), length >= 0
            else { throw Malformed() }
            let mark = "chunk-signature="
            let signature = parts.dropFirst().first { $0.hasPrefix(mark) }.map { String($0.dropFirst(mark.count)) }
            if length == 0 {
                each(.chunkEnd(signature: signature))
                state = .trailer
            } else {
                state = .content(left: length, signature: signature)
            }
        case .contentEnd(let signature):
            guard text.isEmpty else { throw Malformed() }
            each(.chunkEnd(signature: signature))
            state = .head
        case .trailer:
            guard !text.isEmpty else { return state = .done }
            guard let colon = text.firstIndex(of: ":") else { throw Malformed() }
            let value = text[text.index(after: colon)...].drop { $0 == " " }
            each(.trailer(name: text[..<colon].lowercased(), value: String(value)))
        case .content, .done: throw Malformed()
        }
    }
}
