import JSON

/// The bytes of the requests that the benchmarks send.
enum HTTPRequests {
    /// - Parameter headers: more of them, each ended by CRLF.
    static func dynamoDB(_ operation: String, _ body: String, headers: String = "") -> [UInt8] {
        post(
            "/", body: Array(body.utf8),
            headers: "X-Amz-Target: DynamoDB_20120810.\(operation)\r\nContent-Type: application/x-amz-json-1.0\r\n"
                + headers)
    }

    static func invoke(_ function: String, payload: [UInt8], wantsLog: Bool = false) -> [UInt8] {
        post(
            "/2015-03-31/functions/\(function)/invocations", body: payload,
            headers: wantsLog ? "X-Amz-Log-Type: Tail\r\n" : "")
    }

    /// AWS JSON: the operation in the header `X-Amz-Target`.
    static func json(_ target: String, _ input: JSONValue) -> [UInt8] {
        post(
            "/", body: input.compactBytes,
            headers: "X-Amz-Target: \(target)\r\nContent-Type: application/x-amz-json-1.0\r\n")
    }

    static func get(_ path: String, headers: String) -> [UInt8] {
        Array("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(headers)\r\n".utf8)
    }

    static func post(_ path: String, body: [UInt8], headers: String) -> [UInt8] {
        Array("POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(headers)Content-Length: \(body.count)\r\n\r\n".utf8) + body
    }
}
