import Events
import JSON
import Testing

struct HTTPReplyTests {
    @Test func `is JSON that nobody keeps`() throws {
        let reply = HTTPReply(.created, body: ["a": 1], headers: ["retry-after": "1"])
        #expect(
            try encodeJSONValue(reply)
                == [
                    "statusCode": 201,
                    "headers": ["content-type": "application/json", "cache-control": "no-store", "retry-after": "1"],
                    "body": #"{"a":1}"#, "isBase64Encoded": false,
                ])
    }

    @Test func `the same reply is the same text`() throws {
        let headers = Dictionary(uniqueKeysWithValues: (1...9).map { ("h\($0)", "") })
        let text = String(decoding: try encodeJSON(HTTPReply(.ok, body: [:], headers: headers)), as: UTF8.self)
        let names = ["cache-control", "content-type"] + (1...9).map { "h\($0)" }
        #expect(text.split(separator: "\"").map(String.init).filter(names.contains) == names)
    }

    @Test func `re-encodes to what it was`() throws {
        let json = JSONValue.object([
            "statusCode": 200, "headers": ["a": "b"], "cookies": ["c=d"], "body": "e", "isBase64Encoded": true,
        ])
        #expect(try encodeJSONValue(decodeJSON(HTTPReply.self, from: json)) == json)
    }

    @Test func `an error has its code, its words and its details`() {
        let reply = HTTPReply(.conflict, code: "ENDED", message: "It is over.", details: ["endsAt": "now"])
        #expect(reply.statusCode == 409)
        #expect(reply.body == #"{"code":"ENDED","message":"It is over.","endsAt":"now"}"#)
    }

    @Test(
        arguments: [
            (.notLoggedIn, 401, "NOT_LOGGED_IN"), (.notAdministrator, 403, "ADMINISTRATORS_ONLY"),
            (.routeUnknown, 404, "ROUTE_UNKNOWN"), (.bodyMissing, 400, "BODY_MISSING"),
            (.bodyEncoding, 400, "BODY_NOT_BASE64"),
            (.bodySyntax(line: 2, column: 3, reason: "r"), 400, "BODY_NOT_JSON"), (.field("f"), 400, "FIELD_INVALID"),
            (.parameter("p"), 400, "PARAMETER_INVALID"), (.idempotencyKey, 400, "IDEMPOTENCY_KEY_INVALID"),
        ] as [(RequestError, Int, String)])
    func `answers what can't be understood`(error: RequestError, status: Int, code: String) throws {
        let reply = HTTPReply(error)
        let body = try parseJSON(reply.body ?? "")
        #expect(reply.statusCode == status)
        #expect(body["code"]?.string == code)
        #expect(body["message"]?.string?.isEmpty == false)
    }

    @Test func `a syntax error says where`() throws {
        let body = try parseJSON(HTTPReply(.bodySyntax(line: 2, column: 3, reason: "r")).body ?? "")
        #expect(body["line"] == 2)
        #expect(body["column"] == 3)
    }
}
