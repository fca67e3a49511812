package import JSON

/// A function's answer to an HTTP API: payload format 2.0.
///
/// - Note: Source: Amazon API Gateway Developer Guide, "Lambda function response for format 2.0".
package struct HTTPReply: Codable, Hashable, Sendable {
    package var statusCode: Int
    package var headers: [String: String]
    package var cookies: [String]?
    package var body: String?
    package var isBase64Encoded: Bool
    /// What went wrong, for whoever counts; nil for what went well. The client reads it in the body.
    package private(set) var code: String?

    private enum CodingKeys: String, CodingKey {
        case statusCode, headers, cookies, body, isBase64Encoded
    }

    /// Headers are written in the order of their names, so that the same reply is the same text.
    package func encode(to encoder: any Encoder) throws {
        var reply = encoder.container(keyedBy: CodingKeys.self)
        try reply.encode(statusCode, forKey: .statusCode)
        var fields = reply.nestedContainer(keyedBy: HeaderName.self, forKey: .headers)
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            try fields.encode(value, forKey: HeaderName(stringValue: name))
        }
        try reply.encodeIfPresent(cookies, forKey: .cookies)
        try reply.encodeIfPresent(body, forKey: .body)
        try reply.encode(isBase64Encoded, forKey: .isBase64Encoded)
    }

    private struct HeaderName: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    package enum Status: Int, Sendable {
        case ok = 200
        case created = 201
        case badRequest = 400
        case unauthorized = 401
        case paymentRequired = 402
        case forbidden = 403
        case notFound = 404
        case conflict = 409
        case unprocessable = 422
        case internalError = 500
        case badGateway = 502
        case serviceUnavailable = 503
    }

    /// A reply with a JSON body.
    package init(_ status: Status, body: JSONObject, headers: [String: String] = [:]) {
        statusCode = status.rawValue
        // Every reply is one user's at one instant: nothing on the way may keep it.
        let own = ["content-type": "application/json", "cache-control": "no-store"]
        self.headers = own.merging(headers) { _, given in given }
        self.body = JSONValue.object(body).compactText
        isBase64Encoded = false
    }

    /// What went wrong: a stable code for programs, a sentence for people, and the values that the code speaks of.
    package init(
        _ status: Status, code: String, message: String, details: JSONObject = [:], headers: [String: String] = [:]
    ) {
        var body: JSONObject = ["code": .string(code), "message": .string(message)]
        for (name, value) in details { body[name] = value }
        self.init(status, body: body, headers: headers)
        self.code = code
    }
}
