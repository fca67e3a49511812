import Events
import JSON
import Testing
import Time

struct WebSocketEventTests {
    static func context(_ route: String, _ kind: String, _ more: JSONObject = [:]) -> JSONValue {
        var context: JSONObject = [
            "routeKey": .string(route), "eventType": .string(kind), "extendedRequestId": "e1", "requestId": "q1",
            "requestTime": "23/Feb/2023:18:00:00 +0000", "messageDirection": "IN", "stage": "live",
            "connectedAt": 1_677_175_200_000, "requestTimeEpoch": 1_677_175_200_001,
            "identity": ["sourceIp": "127.0.0.1", "userAgent": "app"], "domainName": "d", "connectionId": "c1=",
            "apiId": "a1", "authorizer": ["principalId": "u1", "integrationLatency": 3],
        ]
        for (name, value) in more { context[name] = value }
        return .object(context)
    }
    static let headers: JSONValue = ["Host": "d"]
    static let connect: JSONValue = [
        "headers": headers, "multiValueHeaders": ["Host": ["d"]], "queryStringParameters": ["token": "t"],
        "multiValueQueryStringParameters": ["token": ["t"]], "stageVariables": ["a": "b"],
        "requestContext": context("$connect", "CONNECT"), "isBase64Encoded": false,
    ]
    static let message: JSONValue = [
        "requestContext": context("$default", "MESSAGE", ["messageId": "m1"]), "body": #"{"action":"inbox"}"#,
        "isBase64Encoded": false,
    ]
    static let disconnect: JSONValue = [
        "headers": headers, "multiValueHeaders": ["Host": ["d"]],
        "requestContext": context(
            "$disconnect", "DISCONNECT", ["disconnectStatusCode": 1_001, "disconnectReason": "gone"]),
        "isBase64Encoded": false,
    ]

    @Test(arguments: [connect, message, disconnect]) func `re-encodes to what it was`(json: JSONValue) throws {
        let event = try decodeJSON(WebSocketEvent.self, from: json)
        #expect(try encodeJSONValue(event) == json)
        #expect(event.userID == "u1")
        #expect(event.receivedAt == Timestamp(milliseconds: 1_677_175_200_001))
    }

    struct Action: Codable { var action: String }

    @Test(arguments: [
        (#"{"action":"inbox"}"#, false, "inbox"), (#"{"action":1}"#, false, nil), ("hello", false, nil),
        ("eyJhY3Rpb24iOiJpbmJveCJ9", true, nil),
    ]) func `a message is read as its type, or is none`(body: String, isBase64: Bool, action: String?) throws {
        var event = try decodeJSON(WebSocketEvent.self, from: Self.message)
        event.body = body
        event.isBase64Encoded = isBase64
        #expect(event.body(as: Action.self)?.action == action)
    }

    @Test func `nobody is nobody`() throws {
        var event = try decodeJSON(WebSocketEvent.self, from: Self.message)
        for authorizer: JSONValue? in [nil, .null, [:], ["principalId": ""], ["principalId": 7]] {
            event.requestContext.authorizer = authorizer
            #expect(event.userID == nil)
        }
    }

    @Test func `a request to connect, and the permit`() throws {
        var json = Self.connect.object ?? [:]
        json["type"] = "REQUEST"
        json["methodArn"] = "arn:aws:execute-api:us-east-1:1:a1/live/$connect"
        let request = try decodeJSON(ConnectionRequest.self, from: .object(json))
        #expect(try encodeJSONValue(request) == .object(json))
        for (userID, principal, effect) in [("u1", "u1", "Allow"), (nil, "nobody", "Deny")] {
            let permit = try encodeJSONValue(ConnectionPermit(for: userID, methodARN: request.methodArn))
            #expect(permit["principalId"]?.string == principal)
            #expect(
                permit["policyDocument"] == [
                    "Version": "2012-10-17",
                    "Statement": [
                        [
                            "Action": "execute-api:Invoke", "Effect": .string(effect),
                            "Resource": "arn:aws:execute-api:us-east-1:1:a1/live/$connect",
                        ]
                    ],
                ])
        }
    }
}
