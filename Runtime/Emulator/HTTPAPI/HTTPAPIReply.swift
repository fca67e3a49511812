import Items
import JSON
import NIOCore
import NIOHTTP1
import Routing

/// What an HTTP API makes of a function's reply, payload format 2.0.
///
/// - Note: Source: Amazon API Gateway Developer Guide, "Lambda function response for format 2.0".
enum HTTPAPIReply {
    /// - Returns: nil if the reply is none that the gateway takes.
    static func response(to payload: ByteBuffer) -> HTTPResponse? {
        guard let value = try? payload.withUnsafeReadableBytes({ try parseJSON($0) }) else { return nil }
        guard let reply = value.object, let status = reply["statusCode"] else { return inferred(from: value, payload) }
        guard let code = status.int ?? status.string.flatMap({ Int($0) }), (200...599).contains(code),
            var headers = headers(of: reply), let body = body(of: reply)
        else { return nil }
        if !headers.contains(where: { $0.0 == "content-type" }) {
            headers.append(("content-type", "text/plain;charset=UTF-8"))
        }
        let hasNoBody = code == 204 || code == 304
        return HTTPResponse(
            HTTPResponseStatus(statusCode: code), headers: headers, body: hasNoBody ? ByteBuffer() : body)
    }

    /// Without a status code the reply is the body.
    private static func inferred(from value: JSONValue, _ payload: ByteBuffer) -> HTTPResponse {
        let body = value.string.map { ByteBuffer(string: $0) } ?? payload
        return HTTPResponse(.ok, headers: [("content-type", "application/json")], body: body)
    }

    private static func headers(of reply: JSONObject) -> [(String, String)]? {
        var result: [(String, String)] = []
        switch reply["headers"] {
        case .object(let headers)?:
            for (name, value) in headers {
                let key = name.lowercased()
                guard let text = text(of: value), isHeader(key, text) else { return nil }
                guard !HopByHop.names.contains(key), key != "content-length" else { continue }
                result.append((key, text))
            }
        case nil, .null?: break
        default: return nil
        }
        switch reply["cookies"] {
        case .array(let cookies)?:
            for cookie in cookies {
                guard let text = cookie.string, isHeader("set-cookie", text) else { return nil }
                result.append(("set-cookie", text))
            }
        case nil, .null?: break
        default: return nil
        }
        return result
    }

    private static func text(of value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .number, .bool: value.compactText
        default: nil
        }
    }

    /// A line feed in a header would let a function's data write the rest of the answer.
    private static func isHeader(_ name: String, _ value: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
            && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }

    private static func body(of reply: JSONObject) -> ByteBuffer? {
        switch reply["body"] {
        case nil, .null?: return ByteBuffer()
        case .string(let text)?:
            guard reply["isBase64Encoded"]?.bool ?? false else { return ByteBuffer(string: text) }
            return Base64.bytes(of: text).map { ByteBuffer(bytes: $0) }
        default: return nil
        }
    }

    // MARK: The gateway's own answers

    /// `{"message":"Not Found"}` and its kin.
    static func error(_ status: HTTPResponseStatus, headers: [(String, String)] = []) -> HTTPResponse {
        let text = message(of: status)
        return HTTPResponse(
            status, headers: headers + [("content-type", "application/json")],
            body: ByteBuffer(string: "{\"message\":\"\(text)\"}"))
    }

    private static func message(of status: HTTPResponseStatus) -> String {
        switch status {
        case .payloadTooLarge: "Request Entity Too Large"
        default: status.reasonPhrase
        }
    }

    /// - Parameter scopes: of the route.
    static func refusal(_ refusal: TokenRefusal, scopes: [String]) -> HTTPResponse {
        let challenge: String
        switch refusal {
        case .missing: challenge = "Bearer"
        case .scope:
            challenge =
                "Bearer scope=\"\(scopes.joined(separator: " "))\" error=\"insufficient_scope\" "
                + "error_description=\"\(refusal.reason)\""
        default:
            challenge = "Bearer scope=\"\" error=\"invalid_token\" error_description=\"\(refusal.reason)\""
        }
        return error(refusal == .scope ? .forbidden : .unauthorized, headers: [("www-authenticate", challenge)])
    }
}
