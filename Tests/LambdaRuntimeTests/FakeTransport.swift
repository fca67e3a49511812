import JSON
import LambdaRuntime
import Time

/// Hands out the invocations it was given, answers every post from `postStatus`, and keeps what was sent.
final class FakeTransport: RuntimeTransport {
    struct Post {
        var path: String
        var headers: [String: String]
        var body: [UInt8]
        var json: JSONValue? { try? parseJSON(body) }
    }

    var replies: [RuntimeReply]
    var postStatus = 202
    private(set) var asked: [String] = []
    private(set) var posts: [Post] = []
    /// Requests whose body came in chunks: the posts' bodies are their chunks put together.
    private(set) var chunks: [[UInt8]] = []
    private(set) var trailers: [String: String] = [:]
    private var open: Post?

    init(_ replies: [RuntimeReply]) { self.replies = replies }

    convenience init(events: [String], headers: [(name: String, value: String)] = []) {
        self.init(events.enumerated().map { index, event in Self.invocation("r\(index + 1)", event, headers) })
    }

    static func invocation(
        _ requestID: String, _ event: String, _ headers: [(name: String, value: String)] = []
    ) -> RuntimeReply {
        let fields: [(name: String, value: String)] = [
            ("Lambda-Runtime-Aws-Request-Id", requestID), ("Lambda-Runtime-Deadline-Ms", "2000"),
            ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:123456789012:function:F"),
        ]
        return RuntimeReply(status: 200, headers: HeaderFields(fields + headers), body: Array(event.utf8))
    }

    func get(_ path: String) throws(TransportError) -> RuntimeReply? {
        asked.append(path)
        return replies.isEmpty ? nil : replies.removeFirst()
    }

    func post(
        _ path: String, headers: [(name: String, value: String)], body: [UInt8]
    ) throws(TransportError) -> RuntimeReply {
        posts.append(Post(path: path, headers: Dictionary(headers) { $1 }, body: body))
        return RuntimeReply(status: postStatus)
    }

    func beginStream(_ path: String, headers: [(name: String, value: String)]) throws(TransportError) {
        open = Post(path: path, headers: Dictionary(headers) { $1 }, body: [])
    }

    func writeChunk(_ bytes: [UInt8]) throws(TransportError) {
        chunks.append(bytes)
        open?.body += bytes
    }

    func endStream(trailers: [(name: String, value: String)]) throws(TransportError) -> RuntimeReply {
        guard let open else { throw .closed }
        posts.append(open)
        self.open = nil
        self.trailers = Dictionary(trailers) { $1 }
        return RuntimeReply(status: postStatus)
    }
}
