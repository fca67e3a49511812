import DynamoDBAPI
import JSON
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
    case unauthorized(AuthorizationFailure)
}

/// The headers around an answer.
struct DynamoDBReply: Sendable {
    let requestID: String
    /// The request came from a page in a browser.
    var allowsOrigins = false
    /// The request's own.
    var contentType = "application/x-amz-json-1.0"

    init(requestID: String) { self.requestID = requestID }

    func response(_ response: DynamoDBResponse) -> HTTPResponse {
        self.response(
            HTTPResponseStatus(statusCode: response.status), response.body, crc32: response.crc32,
            headers: [("Content-Type", contentType)])
    }

    func response(_ refusal: DynamoDBRefusal, to request: HTTPRequest) -> HTTPResponse {
        switch refusal {
        case .headTooLarge: return response(.badRequest, text: "")
        case .bodyTooLarge: return response(.payloadTooLarge, text: "")
        case .health: return response(.ok, text: "healthy: dynamodb.\(LocalAccount.region).amazonaws.com ")
        case .unknownMethodOrType: return response(.notFound, text: "<UnknownOperationException/>\n")
        case .unauthorized(let failure):
            let body: JSONValue = .object([
                "__type": .string("com.amazon.coral.service#\(failure.type)"), "message": .string(failure.message),
            ])
            return response(DynamoDBResponse(status: 400, body: body.compactBytes))
        case .preflight: return preflight(request)
        }
    }

    private func preflight(_ request: HTTPRequest) -> HTTPResponse {
        var headers = [("Access-Control-Max-Age", "172800")]
        for subject in ["Headers", "Method"] {
            guard let asked = request.headers.first(name: "Access-Control-Request-\(subject)") else { continue }
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
        var headers = headers
        headers.append(("x-amzn-RequestId", requestID))
        if let crc32 { headers.append(("x-amz-crc32", String(crc32))) }
        if allowsOrigins { headers.append(("Access-Control-Allow-Origin", "*")) }
        return HTTPResponse(status, headers: headers, body: ByteBuffer(bytes: body))
    }
}
