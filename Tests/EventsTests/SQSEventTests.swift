import Events
import JSON
import Testing

struct SQSEventTests {
    static func event(_ body: String) -> JSONValue {
        [
            "Records": [
                [
                    "messageId": "m1", "receiptHandle": "r1", "body": .string(body),
                    "attributes": [
                        "ApproximateReceiveCount": "1", "SentTimestamp": "1700000000000", "SenderId": "AIDA",
                        "ApproximateFirstReceiveTimestamp": "1700000000001", "AWSTraceHeader": "Root=1",
                    ],
                    "messageAttributes": ["a": ["stringValue": "b", "dataType": "String"]],
                    "md5OfBody": "5d", "md5OfMessageAttributes": "6d", "eventSource": "aws:sqs",
                    "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:work", "awsRegion": "us-east-1",
                ]
            ]
        ]
    }
    struct Body: Codable, Hashable { var a: Int }

    @Test func `re-encodes to what it was`() throws {
        let json = Self.event("x")
        #expect(try encodeJSONValue(decodeJSON(SQSEvent.self, from: json)) == json)
    }

    @Test func `a body is read as its type`() throws {
        let record = try decodeJSON(SQSEvent.self, from: Self.event(#"{"a":7}"#)).records[0]
        #expect(try record.body(as: Body.self) == Body(a: 7))
    }

    @Test(arguments: ["", "x", #"{"a":"secret"}"#, "{}"]) func `a body that is another is told by its message`(
        body: String
    ) throws {
        let record = try decodeJSON(SQSEvent.self, from: Self.event(body)).records[0]
        #expect(throws: MalformedMessage(messageID: "m1")) { try record.body(as: Body.self) }
        #expect(!MalformedMessage(messageID: "m1").description.contains("secret"))
    }

    @Test func `names what is to come again`() throws {
        #expect(try encodeJSONValue(SQSBatchResponse()) == ["batchItemFailures": []])
        #expect(
            try encodeJSONValue(SQSBatchResponse(failedMessageIDs: ["m1"]))
                == ["batchItemFailures": [["itemIdentifier": "m1"]]])
    }
}
