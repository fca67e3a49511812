import AWSServices
import HTTPTransport
import Items
import JSON
import Services
import Testing
import Time

/// The machine's clock shows 2015-08-30T12:36:00Z.
struct ClockSkewTests {
    static let votings = TableName(rawValue: "Votings")
    static let done = FakeHTTPClient.Answer.response(200, [:])
    static let hourAhead = "Sun, 30 Aug 2015 13:36:00 GMT"
    static let tomorrow = "Mon, 31 Aug 2015 12:36:00 GMT"

    static func dates(_ client: FakeHTTPClient) -> [String] {
        client.requests.map { $0.headers.first { $0.name == "X-Amz-Date" }?.value ?? "" }
    }

    static let errors = [
        "AuthFailure", "InvalidSignatureException", "RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
    ]
    @Test(arguments: errors) func `a call refused for its time is signed again by the service's`(error: String)
        async throws
    {
        let client = FakeHTTPClient([.dated(Self.hourAhead, error: error), Self.done, Self.done])
        let store = store(client)
        let key = ItemKey(Self.votings, "a", "b")
        #expect(try await store.item(at: key) == nil)
        #expect(try await store.item(at: key) == nil)
        // The second call knows the time.
        #expect(Self.dates(client) == ["20150830T123600Z", "20150830T133600Z", "20150830T133600Z"])
    }

    struct RefusalRow: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var answers: [FakeHTTPClient.Answer]
        var calls: Int
    }
    static let refusals = [
        RefusalRow(
            testDescription: "another error", answers: [.dated(hourAhead, error: "AccessDeniedException")], calls: 1),
        RefusalRow(
            testDescription: "a wrong key at the right time",
            answers: [.dated("Sun, 30 Aug 2015 12:36:01 GMT", error: "InvalidSignatureException")], calls: 1),
        RefusalRow(
            testDescription: "just short of what counts",
            answers: [.dated("Sun, 30 Aug 2015 12:39:59 GMT", error: "InvalidSignatureException")], calls: 1),
        RefusalRow(
            testDescription: "what counts, and still refused",
            answers: [
                .dated("Sun, 30 Aug 2015 12:40:00 GMT", error: "InvalidSignatureException"),
                .dated("Sun, 30 Aug 2015 12:40:00 GMT", error: "InvalidSignatureException"),
            ], calls: 2),
        RefusalRow(
            testDescription: "as far behind",
            answers: [
                .dated("Sun, 30 Aug 2015 12:32:00 GMT", error: "InvalidSignatureException"),
                .dated("Sun, 30 Aug 2015 12:32:00 GMT", error: "InvalidSignatureException"),
            ], calls: 2),
        RefusalRow(
            testDescription: "a service that shows another time each time is followed once",
            answers: [
                .dated(hourAhead, error: "RequestTimeTooSkewed"), .dated(tomorrow, error: "RequestTimeTooSkewed"), done,
            ], calls: 2),
        RefusalRow(testDescription: "no date", answers: [.refusal("InvalidSignatureException")], calls: 1),
        RefusalRow(
            testDescription: "a date that is none", answers: [.dated("today", error: "InvalidSignatureException")],
            calls: 1),
    ]
    @Test(arguments: refusals) func `a refusal stands`(row: RefusalRow) async {
        let client = FakeHTTPClient(row.answers)
        await #expect(throws: ServiceError.self) { try await store(client).item(at: ItemKey(Self.votings, "a", "b")) }
        #expect(client.requests.count == row.calls)
    }

    @Test func `what one service says of the time holds for all`() async throws {
        let clock = SigningClock { Timestamp(milliseconds: 1_440_938_160_000) }
        let client = FakeHTTPClient([
            .dated(Self.tomorrow, error: "SignatureDoesNotMatch"), .response(200, ["Failed": []]), Self.done,
        ])
        let queue = SQSQueue(endpoint: endpoint("sqs", client, clock: clock), url: "http://127.0.0.1:4566/1/q")
        try await queue.send([QueueMessage(body: "a")])
        let store = DynamoDBStore(endpoint: DynamoDBEndpoint(endpoint("dynamodb", client, clock: clock))) {
            $0.rawValue
        }
        _ = try await store.item(at: ItemKey(Self.votings, "a", "b"))
        #expect(Self.dates(client) == ["20150830T123600Z", "20150831T123600Z", "20150831T123600Z"])
    }
}
