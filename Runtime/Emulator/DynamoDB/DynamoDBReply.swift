import DynamoDBAPI
import NIOCore
import NIOHTTP1

/// Why a request does not get as far as an operation, or does not need to.
enum DynamoDBRefusal: Error {
    case headTooLarge
    case bodyTooLarge
    /// A load balancer asks whether the service is there.
    case health
    /// A browser asks whether it may.
    case preflight
    case unknownMethodOrType
}

/// The headers around an answer.
struct DynamoDBReply: Sendable {
    private let requestID: String
    private let date: String
    private let request: HTTPHeaders
    /// The request came from a page in a browser.
    let allowsOrigins: Bool
    /// The request's own.
    var contentType = "application/x-amz-json-1.0"

    /// - Parameters:
    ///   - date: as the header says it.
    ///   - request: the headers of the request.
    init(requestID: String, date: String, _ request: HTTPHeaders) {
        self.requestID = requestID
        self.date = date
        self.request = request
        allowsOrigins = request.contains(name: "Origin")
    }

    func response(_ response: DynamoDBResponse) -> HTTPResponse {
        var response = response
        var headers = [("Content-Type", contentType)]
        if response.isCompressible, let accepted = request.first(name: "Accept-Encoding"),
            let (compressed, encoding) = response.compressed(accepting: accepted)
        {
            response = compressed
            headers.append(("Content-Encoding", encoding))
        }
        return self.response(
            HTTPResponseStatus(statusCode: response.status), response.body, crc32: response.crc32, headers: headers)
    }

    func response(_ refusal: DynamoDBRefusal) -> HTTPResponse {
        switch refusal {
        case .headTooLarge: response(.badRequest, text: "")
        case .bodyTooLarge: response(.payloadTooLarge, text: "")
        case .health:
            response(
                .ok, text: "healthy: \(request.first(name: "Host") ?? "dynamodb.\(LocalAccount.region).amazonaws.com") "
            )
        case .unknownMethodOrType: response(.notFound, text: "<UnknownOperationException/>\n")
        case .preflight: preflight()
        }
    }

    private func preflight() -> HTTPResponse {
        var headers = [("Access-Control-Max-Age", "172800")]
        for subject in ["Headers", "Method"] {
            guard let asked = request.first(name: "Access-Control-Request-\(subject)") else { continue }
            headers.append(("Access-Control-Allow-\(subject == "Method" ? "Methods" : subject)", asked))
        }
        return response(.ok, [], crc32: nil, headers: headers)
    }

    private func response(_ status: HTTPResponseStatus, text: String) -> HTTPResponse {
        let body = DynamoDBResponse(status: Int(status.code), body: Array(text.utf8))
        return response(status, body.body, crc32: text.isEmpty ? nil : body.crc32, headers: [])
    }

    private func response(
        _ status: HTTPResponseStatus, _ body: [UInt8], crc32: UInt32?, headers: [(String, String)]
    ) -> HTTPResponse {
        var headers = [("Server", "Server"), ("Date", date)] + headers
        headers.append(("x-amzn-RequestId", requestID))
        if let crc32 { headers.append(("x-amz-crc32", String(crc32))) }
        if allowsOrigins {
            headers.append(("Access-Control-Allow-Origin", "*"))
            headers.append(
                ("Access-Control-Expose-Headers", "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date"))
        }
        return HTTPResponse(status, headers: headers, body: ByteBuffer(bytes: body))
    }
}
