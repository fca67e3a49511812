import Emulator
import JSON
import Testing
import Time

struct HTTPEventBuilderTests {
    private static func builder(_ method: String, _ path: String, _ routeKey: String) -> HTTPEventBuilder {
        var builder = HTTPEventBuilder(
            api: HTTPEventBuilder.API(
                id: "shop", stage: "$default", domainName: "shop.execute-api.us-east-1.localhost:4566"),
            method: method, path: path, routeKey: routeKey)
        builder.trace = "Root=1-63f7a8e0-ad95d5fa651ba86d8923fe12"
        builder.port = "4566"
        return builder
    }

    @Test func `every member of a whole event`() {
        var builder = Self.builder("POST", "/votings/a drink/vote", "POST /votings/{votingID}/vote")
        builder.query = "tag=a&tag=b%20c&one=1&flag"
        builder.headers = [
            ("Host", "shop.execute-api.us-east-1.localhost:4566"), ("X-Thing", "a"), ("x-thing", "b"),
            ("User-Agent", "test/1"), ("Cookie", "session=x; theme=dark"), ("cookie", "third=3"),
            ("Content-Type", "application/json; charset=utf-8"), ("Content-Length", "7"), ("Connection", "keep-alive"),
            ("X-Forwarded-For", "203.0.113.7"),
        ]
        builder.body = Array(#"{"a":1}"#.utf8)
        builder.pathParameters = [("votingID", "a drink")]
        builder.authorizer = ["jwt": ["claims": ["sub": "ada", "exp": "1677261600"], "scopes": nil]]
        let event = builder.event(receivedAt: Timestamp(milliseconds: 1_677_175_200_123), requestID: "nOVHSztQncWq6n8=")
        #expect(
            event == [
                "version": "2.0", "routeKey": "POST /votings/{votingID}/vote", "rawPath": "/votings/a drink/vote",
                "rawQueryString": "tag=a&tag=b%20c&one=1&flag", "cookies": ["session=x", "theme=dark", "third=3"],
                "headers": [
                    "host": "shop.execute-api.us-east-1.localhost:4566", "x-thing": "a,b", "user-agent": "test/1",
                    "content-type": "application/json; charset=utf-8", "content-length": "7",
                    "x-amzn-trace-id": "Root=1-63f7a8e0-ad95d5fa651ba86d8923fe12",
                    "x-forwarded-for": "203.0.113.7, 127.0.0.1", "x-forwarded-port": "4566",
                    "x-forwarded-proto": "http",
                ],
                "queryStringParameters": ["tag": "a,b c", "one": "1", "flag": ""],
                "requestContext": [
                    "accountId": "000000000000", "apiId": "shop",
                    "authorizer": ["jwt": ["claims": ["sub": "ada", "exp": "1677261600"], "scopes": nil]],
                    "domainName": "shop.execute-api.us-east-1.localhost:4566", "domainPrefix": "shop",
                    "http": [
                        "method": "POST", "path": "/votings/a drink/vote", "protocol": "HTTP/1.1",
                        "sourceIp": "127.0.0.1", "userAgent": "test/1",
                    ],
                    "requestId": "nOVHSztQncWq6n8=", "routeKey": "POST /votings/{votingID}/vote", "stage": "$default",
                    "time": "23/Feb/2023:18:00:00 +0000", "timeEpoch": 1_677_175_200_123,
                ],
                "body": #"{"a":1}"#, "pathParameters": ["votingID": "a drink"], "isBase64Encoded": false,
            ])
    }

    @Test func `what a request lacks is absent`() {
        let event = Self.builder("GET", "/", "$default").event(receivedAt: Timestamp(seconds: 0), requestID: "r")
        #expect(
            event.object?.keys == [
                "version", "routeKey", "rawPath", "rawQueryString", "headers", "requestContext", "isBase64Encoded",
            ])
        #expect(event["rawQueryString"] == "")
        #expect(event["headers"]?["content-length"] == "0")
        #expect(event["requestContext"]?["authorizer"] == nil)
        #expect(event["requestContext"]?["http"]?["userAgent"] == "")
        #expect(event["requestContext"]?["time"] == "01/Jan/1970:00:00:00 +0000")
    }

    /// The types that live API Gateway was seen to hand on as text.
    @Test(arguments: [
        ("text/plain", true), ("text/html; charset=utf-8", true), ("TEXT/CSV", true), ("application/json", true),
        ("application/json;charset=utf-8", true), ("application/xml", true), ("application/javascript", true),
        ("application/vnd.api+json", false), ("application/x-www-form-urlencoded", false),
        ("application/octet-stream", false), ("image/png", false), (nil, false),
    ])
    func `a body of any other type travels as base64`(type: String?, isText: Bool) {
        var builder = Self.builder("POST", "/", "$default")
        builder.headers = type.map { [("content-type", $0)] } ?? []
        builder.body = Array("a=1".utf8)
        let event = builder.event(receivedAt: Timestamp(seconds: 0), requestID: "r")
        #expect(event["body"]?.string == (isText ? "a=1" : "YT0x"))
        #expect(event["isBase64Encoded"]?.bool == !isText)
    }

    @Test func `a body that says text and is none travels as base64`() {
        var builder = Self.builder("POST", "/", "$default")
        builder.headers = [("content-type", "text/plain")]
        builder.body = [0xFF, 0x00]
        let event = builder.event(receivedAt: Timestamp(seconds: 0), requestID: "r")
        #expect(event["body"]?.string == "/wA=")
        #expect(event["isBase64Encoded"]?.bool == true)
    }
}
