import Emulator
import JSON
import Testing
import Time

struct HTTPEventBuilderTests {
    @Test func `has the shape of payload format 2`() {
        var builder = HTTPEventBuilder(
            method: "POST", path: "/votings/v/vote", routeKey: "POST /votings/{votingID}/vote")
        builder.headers = [("X-Thing", "a"), ("x-thing", "b"), ("User-Agent", "test")]
        builder.body = Array(#"{"a":1}"#.utf8)
        let event = builder.event(receivedAt: Timestamp(milliseconds: 1_677_175_200_123), requestID: "r")
        #expect(event["version"]?.string == "2.0")
        #expect(event["headers"] == ["x-thing": "a,b", "user-agent": "test"])
        #expect(event["body"]?.string == #"{"a":1}"#)
        #expect(event["isBase64Encoded"]?.bool == false)
        #expect(event["requestContext"]?["timeEpoch"]?.int == 1_677_175_200_123)
        #expect(event["requestContext"]?["time"]?.string == "23/Feb/2023:18:00:00 +0000")
        #expect(event["requestContext"]?["http"]?["userAgent"]?.string == "test")
    }

    @Test func `a body that is no text travels as base64`() {
        var builder = HTTPEventBuilder(method: "POST", path: "/", routeKey: "$default")
        builder.body = [0xFF, 0x00]
        let event = builder.event(receivedAt: Timestamp(seconds: 0), requestID: "r")
        #expect(event["body"]?.string == "/wA=")
        #expect(event["isBase64Encoded"]?.bool == true)
    }
}
