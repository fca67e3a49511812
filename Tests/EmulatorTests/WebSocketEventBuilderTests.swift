import Emulator
import JSON
import Testing
import Time

struct WebSocketEventBuilderTests {
    private static let builder: WebSocketEventBuilder = {
        var builder = WebSocketEventBuilder(
            apiID: "chat", stage: "prod", domainName: "chat.execute-api.us-east-1.localhost:4566", stageVariables: [:],
            connectionID: "Ti835fGEowCETQa=", connectedAt: Timestamp(milliseconds: 1_677_175_200_000),
            userAgent: "test/1")
        builder.authorizer = ["principalId": "ada"]
        return builder
    }()
    private static let now = Timestamp(milliseconds: 1_677_175_201_123)

    private static func context(_ own: [(String, JSONValue)]) -> JSONValue {
        let common: [(String, JSONValue)] = [
            ("authorizer", ["principalId": "ada"]), ("extendedRequestId", "r"),
            ("requestTime", "23/Feb/2023:18:00:01 +0000"), ("messageDirection", "IN"), ("stage", "prod"),
            ("connectedAt", 1_677_175_200_000), ("requestTimeEpoch", 1_677_175_201_123),
            ("identity", ["userAgent": "test/1", "sourceIp": "127.0.0.1"]), ("requestId", "r"),
            ("domainName", "chat.execute-api.us-east-1.localhost:4566"), ("connectionId", "Ti835fGEowCETQa="),
            ("apiId", "chat"),
        ]
        return .object(JSONObject(common + own))
    }

    @Test func `of $connect`() {
        let opening = WebSocketEventBuilder.Opening(
            headers: [("Host", "h"), ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("X-A", "1"), ("X-A", "2")],
            query: "a=1&a=2")
        let members: [(String, JSONValue)] = [
            ("headers", ["Host": "h", "X-A": "2"]), ("multiValueHeaders", ["Host": ["h"], "X-A": ["1", "2"]]),
            ("queryStringParameters", ["a": "2"]), ("multiValueQueryStringParameters", ["a": ["1", "2"]]),
            ("requestContext", Self.context([("routeKey", "$connect"), ("eventType", "CONNECT")])),
            ("isBase64Encoded", false),
        ]
        #expect(Self.builder.connect(opening, at: Self.now, requestID: "r") == .object(JSONObject(members)))
        let own: [(String, JSONValue)] = [("type", "REQUEST"), ("methodArn", "arn")]
        #expect(
            Self.builder.authorization(opening, methodARN: "arn", at: Self.now, requestID: "r")
                == .object(JSONObject(members + own)))
    }

    @Test func `of a message`() {
        let message = { (body: [UInt8], isBinary: Bool) in
            Self.builder.message(
                body, isBinary: isBinary, routeKey: "send", messageID: "m", at: Self.now, requestID: "r")
        }
        let context = Self.context([("routeKey", "send"), ("eventType", "MESSAGE"), ("messageId", "m")])
        #expect(
            message(Array("hé".utf8), false) == ["requestContext": context, "body": "hé", "isBase64Encoded": false])
        #expect(message([0, 255], true) == ["requestContext": context, "body": "AP8=", "isBase64Encoded": true])
    }

    @Test func `of $disconnect`() {
        var builder = Self.builder
        builder.stageVariables = ["colour": "blue"]
        let host = "chat.execute-api.us-east-1.localhost:4566"
        #expect(
            builder.disconnect(code: 1_001, reason: "Going away", at: Self.now, requestID: "r") == [
                "headers": ["Host": .string(host), "x-api-key": "", "X-Forwarded-For": "", "x-restapi": ""],
                "multiValueHeaders": [
                    "Host": [.string(host)], "x-api-key": [""], "X-Forwarded-For": [""], "x-restapi": [""],
                ],
                "requestContext": Self.context([
                    ("routeKey", "$disconnect"), ("eventType", "DISCONNECT"), ("disconnectStatusCode", 1_001),
                    ("disconnectReason", "Going away"),
                ]),
                "stageVariables": ["colour": "blue"], "isBase64Encoded": false,
            ])
    }
}
