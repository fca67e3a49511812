import JSON

/// Where a streaming handler writes its reply.
///
/// - Note: Source: AWS Lambda Developer Guide, "Building a custom runtime", Response streaming.
package final class ResponseStream {
    private let transport: any RuntimeTransport
    private let path: String
    private var contentType = "application/octet-stream"
    /// Whether the caller has been sent anything.
    private(set) var isOpen = false

    init(transport: any RuntimeTransport, path: String) {
        self.transport = transport
        self.path = path
    }

    /// Says what the bytes are; must come before the first ``write(_:)``.
    package func begin(contentType: String) throws(TransportError) {
        precondition(!isOpen, "the reply has begun")
        self.contentType = contentType
        try open()
    }

    /// Begins an HTTP reply for a function URL: status, headers and cookies go ahead of the body.
    package func beginHTTP(
        status: Int, headers: [(name: String, value: String)] = [], cookies: [String] = []
    ) throws(TransportError) {
        var prelude: JSONObject = ["statusCode": .number(JSONNumber(status))]
        prelude["headers"] = .object(JSONObject(headers.map { ($0.name, .string($0.value)) }))
        if !cookies.isEmpty { prelude["cookies"] = .array(cookies.map { .string($0) }) }
        try begin(contentType: "application/vnd.awslambda.http-integration-response")
        // Eight zero bytes part the prelude from the body.
        try transport.writeChunk(JSONValue.object(prelude).compactBytes + [UInt8](repeating: 0, count: 8))
    }

    /// Sends `bytes` to the caller at once.
    package func write(_ bytes: [UInt8]) throws(TransportError) {
        if !isOpen { try open() }
        try transport.writeChunk(bytes)
    }

    private func open() throws(TransportError) {
        try transport.beginStream(
            path,
            headers: [
                ("Content-Type", contentType), ("Lambda-Runtime-Function-Response-Mode", "streaming"),
                ("Trailer", "\(FunctionFailure.typeHeader), \(Self.bodyTrailer)"),
            ])
        isOpen = true
    }

    /// - Parameter failure: what went wrong after the first byte, sent as trailers.
    func finish(_ failure: FunctionFailure?) throws(TransportError) -> RuntimeReply {
        if !isOpen { try open() }
        guard let failure else { return try transport.endStream(trailers: []) }
        let type = failure.headers.filter { $0.name == FunctionFailure.typeHeader }
        return try transport.endStream(trailers: type + [(Self.bodyTrailer, base64(failure.body))])
    }

    private static let bodyTrailer = "Lambda-Runtime-Function-Error-Body"
}

/// RFC 4648, section 4.
private func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        var bits = group.reduce(0) { $0 << 8 | Int($1) }
        bits <<= 8 * (3 - group.count)
        for index in 0..<4 {
            text.append(index <= group.count ? alphabet[bits >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
        }
    }
    return String(decoding: text, as: UTF8.self)
}
