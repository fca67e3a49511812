package import NIOCore
package import NIOHTTP1

/// A request that has arrived whole.
package struct HTTPRequest: Sendable {
    package var method: HTTPMethod
    /// Percent-encoded, without the query.
    package var path: String
    /// Percent-encoded, without the question mark; empty when there is none.
    package var query: String
    package var headers: HTTPHeaders
    package var body: ByteBuffer
    /// Whether the body was longer than the server takes; what exceeds it was dropped.
    package var isBodyCut: Bool
    /// Headers that followed a chunked body.
    package var trailers: HTTPHeaders?
    /// What has taken the body, which is then empty here.
    package var sink: (any HTTPBodySink)?

    package init(
        method: HTTPMethod, path: String, query: String, headers: HTTPHeaders, body: ByteBuffer, isBodyCut: Bool,
        trailers: HTTPHeaders? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.isBodyCut = isBodyCut
        self.trailers = trailers
    }

    package var bodyBytes: [UInt8] { Array(body.readableBytesView) }
}

package struct HTTPResponse: Sendable {
    package var status: HTTPResponseStatus
    package var headers: [(String, String)]
    package var body: ByteBuffer
    /// With status 101: what the connection goes on with.
    var upgrade: (any HTTPUpgrade)?
    /// Whether it gets lost: the connection is closed instead.
    var isLost = false
    /// What is sent after `body`.
    package var slices: [FileSlice] = []
    /// What a HEAD's answer says of the body it does not have; nil for the length of the body that is here.
    package var contentLength: Int?

    package init(_ status: HTTPResponseStatus, headers: [(String, String)] = [], body: ByteBuffer = ByteBuffer()) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package init(_ status: HTTPResponseStatus, headers: [(String, String)] = [], json: [UInt8]) {
        self.init(status, headers: headers + [("Content-Type", "application/json")], body: ByteBuffer(bytes: json))
    }
}

/// Another protocol on what was an HTTP connection.
protocol HTTPUpgrade: Sendable {
    /// Adds the protocol's handlers at the end; those of HTTP are removed right after.
    ///
    /// Called on the channel's loop.
    func addHandlers(to pipeline: ChannelPipeline.SynchronousOperations, of channel: any Channel) throws
}

/// Answers requests. `respond` is called exactly once per request, from any thread, at any later time.
package protocol HTTPService: Sendable {
    func handle(_ request: HTTPRequest, respond: @escaping @Sendable (HTTPResponse) -> Void)

    /// Asked at the head of each request with a body: what is to take it, or nil if it is to be collected. Called on
    /// the connection's loop.
    func sink(for head: HTTPRequestHead) -> (any HTTPBodySink)?

    /// The peer hung up or wrote what is not HTTP; `reason` is nil for an orderly close.
    func connectionClosed(reason: String?)
}

extension HTTPService {
    package func sink(for head: HTTPRequestHead) -> (any HTTPBodySink)? { nil }
    package func connectionClosed(reason: String?) {}
}
