/// HTTP to the Lambda Runtime API, one exchange after the other.
package protocol RuntimeTransport {
    /// Asks and waits as long as it takes; nil if the process was told to end while nothing had come.
    func get(_ path: String) throws(TransportError) -> RuntimeReply?

    func post(_ path: String, headers: [(name: String, value: String)], body: [UInt8]) throws(TransportError)
        -> RuntimeReply

    /// Begins a request whose body follows in chunks; it stays open until ``endStream(trailers:)``.
    func beginStream(_ path: String, headers: [(name: String, value: String)]) throws(TransportError)

    /// Sends one chunk at once; an empty one is nothing.
    func writeChunk(_ bytes: [UInt8]) throws(TransportError)

    func endStream(trailers: [(name: String, value: String)]) throws(TransportError) -> RuntimeReply
}

/// What the Runtime API answered.
package struct RuntimeReply: Sendable {
    package var status: Int
    package var headers: HeaderFields
    package var body: [UInt8]

    package init(status: Int, headers: HeaderFields = HeaderFields(), body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Why an exchange with the Runtime API failed: the process can't do its work and ends.
package enum TransportError: Error, Hashable, Sendable, CustomStringConvertible {
    case unreachable(String)
    /// The peer closed before its answer was complete.
    case closed
    /// The answer is no HTTP/1.1.
    case malformed(String)
    /// The answer is larger than ``SocketTransport/bodyBytesMax`` or its head than ``SocketTransport/headBytesMax``.
    case tooLarge
    case system(call: String, errno: Int32)

    package var description: String {
        switch self {
        case .unreachable(let why): "the Lambda Runtime API can't be reached: \(why)"
        case .closed: "the Lambda Runtime API closed the connection in the middle of an answer"
        case .malformed(let what): "the Lambda Runtime API's answer is no HTTP/1.1: \(what)"
        case .tooLarge: "the Lambda Runtime API's answer is too large"
        case .system(let call, let errno): "\(call) failed: errno \(errno)"
        }
    }
}
