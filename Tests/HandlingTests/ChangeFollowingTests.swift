import Domain
import Events
import Handling
import Items
import JSON
import LambdaRuntime
import Services
import Synchronization
import Testing

struct ChangeFollowingTests {
    private static func event(titleBytes: Int = 1) throws -> DynamoDBStreamEvent {
        let records: [JSONValue] = (0..<3).map { index in
            let key: Item = ["pk": .string("VOTING#\(index)")]
            var item = key
            item["title"] = .string(String(repeating: "t", count: titleBytes))
            return [
                "eventID": .string("e\(index)"), "eventName": "INSERT", "eventVersion": "1.1",
                "eventSource": "aws:dynamodb", "awsRegion": "eu-west-1",
                "dynamodb": [
                    "ApproximateCreationDateTime": 1, "Keys": key.dynamoDBJSON, "NewImage": item.dynamoDBJSON,
                    "SequenceNumber": .string("10\(index)"), "SizeBytes": 9, "StreamViewType": "NEW_AND_OLD_IMAGES",
                ],
            ]
        }
        return try decodeJSON(DynamoDBStreamEvent.self, from: ["Records": .array(records)] as JSONValue)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// Of the second of three changes.
        var error: any Error
        var letterError: ServiceError?
        var comesAgain: String?
        var letters: [String] = []
        var followed = ["e0", "e2"]
    }
    static let rows = [
        Row(testDescription: "malformed", error: MalformedItem("voting", "kind"), letters: ["e1"]),
        Row(testDescription: "rejected", error: ServiceError.rejected("AccessDenied"), letters: ["e1"]),
        Row(testDescription: "throttled", error: ServiceError.throttled, comesAgain: "101", followed: ["e0"]),
        Row(
            testDescription: "malformed, and the dead letters are down", error: MalformedItem("voting", "kind"),
            letterError: .unavailable("x"), comesAgain: "101", followed: ["e0"]),
    ]

    @Test(arguments: rows) func `loses no change, and is held up by none that is hopeless`(row: Row) async throws {
        let (letters, lines) = (KeptMessages(row.letterError), WrittenLines())
        let followed = Mutex<[String]>([])
        let reply = await ChangeFollowing(by: "F", deadLetters: letters).follow(try Self.event(), lines.context) {
            if $0.eventID == "e1" { throw row.error }
            let id = $0.eventID
            followed.withLock { $0.append(id) }
        }
        #expect(reply == DynamoDBStreamReply(failingFrom: row.comesAgain))
        #expect(followed.withLock { $0 } == row.followed)
        let payloads = try letters.bodies.map { $0["requestPayload"]?["Records"]?[0]?["eventID"]?.string }
        #expect(payloads == row.letters)
        let counted = try lines.parsed().first { $0["message"] == "counted" }
        #expect(counted?["ChangesSetAside"]?.int == (row.letters.isEmpty ? nil : 1))
    }

    @Test func `a dead letter is as Lambda writes one`() async throws {
        let letters = KeptMessages()
        let event = try Self.event()
        _ = await ChangeFollowing(by: "F", deadLetters: letters).follow(event, WrittenLines().context) {
            if $0.eventID == "e2" { throw MalformedItem("voting", "kind") }
        }
        let payload = try parseJSON(try encodeText(DynamoDBStreamEvent(records: [event.records[2]])))
        #expect(
            try letters.bodies == [
                [
                    "requestContext": ["functionArn": .string(WrittenLines().context.invokedFunctionARN)],
                    "requestPayload": payload,
                    "responsePayload": ["errorMessage": .string(MalformedItem("voting", "kind").description)],
                ]
            ])
    }

    @Test func `a dead letter has no images that it can't hold`() async throws {
        let letters = KeptMessages()
        let event = try Self.event(titleBytes: QueueMessage.bodyBytesMax)
        _ = await ChangeFollowing(by: "F", deadLetters: letters).follow(event, WrittenLines().context) {
            if $0.eventID == "e2" { throw MalformedItem("voting", "kind") }
        }
        let change = try #require(try letters.bodies.first?["requestPayload"]?["Records"]?[0]?["dynamodb"])
        #expect(change["Keys"] == ["pk": ["S": "VOTING#2"]])
        #expect(change["NewImage"] == nil)
    }
}
