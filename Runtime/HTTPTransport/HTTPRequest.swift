/// One HTTP request.
package struct HTTPRequest: Sendable {
    package enum Method: String, Sendable {
        case get = "GET", head = "HEAD", post = "POST", put = "PUT", delete = "DELETE"
    }

    package var method: Method
    /// Absolute, percent-encoded; `http` or `https`.
    package var url: String
    /// Sent as they are, besides `Host` and `Content-Length`.
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// Of the answer, below the client's own ceiling; nil leaves it at that.
    package var responseBytesMax: Int?

    package init(
        _ method: Method, _ url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        responseBytesMax: Int? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.responseBytesMax = responseBytesMax
    }
}

/// What the server answered, whatever its status.
package struct HTTPResponse: Sendable {
    package var status: Int
    package var body: [UInt8]
    /// The header lines as they came.
    private let head: [UInt8]

    package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.init(status: status, head: headers.flatMap { Array("\($0.name): \($0.value)\r\n".utf8) }, body: body)
    }

    init(status: Int, head: [UInt8], body: [UInt8]) {
        self.status = status
        self.head = head
        self.body = body
    }

    /// The value of the first header of that name, letter case aside.
    package func header(_ name: String) -> String? {
        let name = name.lowercased()
        for line in head.split(separator: UInt8(ascii: "\n")) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")),
                String(decoding: line[..<colon], as: UTF8.self).lowercased() == name
            else { continue }
            let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            let value = line[(colon + 1)...].drop(while: isSpace)
            let end = value.lastIndex { !isSpace($0) } ?? value.startIndex - 1
            return String(decoding: value[..<(end + 1)], as: UTF8.self)
        }
        return nil
    }
}

/// Why there is no answer, by what the caller may conclude from it. Texts name no header and no body.
package enum HTTPError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The server got nothing of the request: it can be sent again.
    case notSent(String)
    /// The server may have got the request, and may have acted on it.
    case outcomeUnknown(String)
    /// The server answered with more than the ceiling allows.
    case responseTooLarge(bytesMax: Int)

    package var description: String {
        switch self {
        case .notSent(let why): "the request was not sent: \(why)"
        case .outcomeUnknown(let why): "the answer was lost: \(why)"
        case .responseTooLarge(let bytesMax): "the answer is larger than \(bytesMax) bytes"
        }
    }
}

/// Sends requests; adapters take one by injection.
package protocol HTTPClient: Sendable {
    /// Sends the request and waits for the whole answer; blocks the thread meanwhile.
    func send(_ request: HTTPRequest) throws(HTTPError) -> HTTPResponse
}
