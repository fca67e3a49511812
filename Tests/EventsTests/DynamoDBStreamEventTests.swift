import Events
import Items
import JSON
import Testing
import Time

struct DynamoDBStreamEventTests {
    /// The shape of AWS's own sample for a mapping with a tumbling window, every member present.
    static let windowed = """
        {"Records":[{"eventID":"2","eventName":"MODIFY","eventVersion":"1.1","eventSource":"aws:dynamodb",
        "awsRegion":"us-east-1","dynamodb":{"ApproximateCreationDateTime":1677175200.5,"Keys":{"pk":{"S":"a"}},
        "OldImage":{"pk":{"S":"a"}},"NewImage":{"pk":{"S":"a"},"n":{"N":"1"}},"SequenceNumber":"222000000000000000000000001",
        "SizeBytes":59,"StreamViewType":"NEW_AND_OLD_IMAGES"},"userIdentity":{"type":"Service","principalId":"dynamodb"},
        "eventSourceARN":"arn:aws:dynamodb:us-east-1:123456789012:table/T/stream/2023-02-23T00:00:00.000"}],
        "window":{"start":"2023-02-23T18:00:00Z","end":"2023-02-23T18:05:00Z"},"state":{"1":"state1"},
        "shardId":"shardId-00000001414576573621-f55eea83","eventSourceARN":"stream-ARN","isFinalInvokeForWindow":false,
        "isWindowTerminatedEarly":false}
        """

    @Test func `reads a batch of a window and writes it again`() throws {
        let json = try parseJSON(Self.windowed)
        let event = try decodeJSON(DynamoDBStreamEvent.self, from: json)
        #expect(event.shardId == "shardId-00000001414576573621-f55eea83")
        #expect(event.isFinalInvokeForWindow == false)
        let record = try #require(event.records.first)
        #expect(record.eventName == .modify)
        #expect(record.dynamodb.oldImage == ["pk": "a"])
        #expect(record.dynamodb.newImage == ["pk": "a", "n": 1])
        #expect(record.dynamodb.sequenceNumber == "222000000000000000000000001")
        #expect(try encodeJSONValue(event) == json)
    }

    @Test(
        arguments: [
            ("1677175200.5", Timestamp(milliseconds: 1_677_175_200_500)),
            ("1677175200", Timestamp(seconds: 1_677_175_200)),
            ("1E300", nil), ("\"2023-02-23T18:00:00Z\"", nil),
        ])
    func `says when the item changed`(text: String, time: Timestamp?) throws {
        let event = Self.windowed.replacing("1677175200.5", with: text)
        let record = try #require(decodeJSON(DynamoDBStreamEvent.self, from: parseJSON(event)).records.first)
        #expect(record.dynamodb.time == time)
    }

    @Test func `a mapping without a window names no shard`() throws {
        let event = try decodeJSON(DynamoDBStreamEvent.self, from: parseJSON(#"{"Records":[]}"#))
        #expect(event.records.isEmpty)
        #expect(event.shardId == nil)
    }

    @Test(arguments: [
        #""OldImage":{"pk":{"S":"a"}}"#, #""NewImage":{"pk":{"S":"a"},"n":{"N":"1"}}"#,
    ]) func `an image that is not there is none`(image: String) throws {
        let text = Self.windowed.replacing("\(image),", with: "")
        #expect(text != Self.windowed)
        let change = try #require(decodeJSON(DynamoDBStreamEvent.self, from: parseJSON(text)).records.first).dynamodb
        #expect([change.oldImage, change.newImage].filter { $0 == nil }.count == 1)
    }

    @Test func `an image that is no item is refused`() throws {
        let json = try parseJSON(Self.windowed.replacing(#"{"N":"1"}"#, with: #"{"N":1}"#))
        #expect(throws: (any Error).self) { try decodeJSON(DynamoDBStreamEvent.self, from: json) }
    }

    @Test func `says from where on the changes come again`() throws {
        #expect(try encodeJSONValue(DynamoDBStreamReply()) == ["batchItemFailures": []])
        #expect(
            try encodeJSONValue(DynamoDBStreamReply(failingFrom: "12", state: [:]))
                == ["batchItemFailures": [["itemIdentifier": "12"]], "state": [:]])
    }
}
