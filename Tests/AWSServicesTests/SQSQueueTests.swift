import AWSServices
import HTTPTransport
import JSON
import Services
import Testing

struct SQSQueueTests {
    static let address = "http://127.0.0.1:4566/000000000000/work"
    static func queue(_ client: FakeHTTPClient, _ pauses: Pauses = Pauses()) -> SQSQueue {
        SQSQueue(endpoint: endpoint("sqs", client), url: address, retries: pauses.policy)
    }
    static let taken = FakeHTTPClient.Answer.response(200, ["Successful": []])
    static func failed(_ ids: Int..., isOurs: Bool = false) -> FakeHTTPClient.Answer {
        .response(
            200,
            [
                "Failed": .array(
                    ids.map { ["Id": .string(String($0)), "SenderFault": .bool(isOurs), "Code": "InternalError"] })
            ])
    }
    static func messages(_ count: Int) -> [QueueMessage] { (0..<count).map { QueueMessage(body: "m\($0)") } }
    static func bodies(_ request: JSONValue) -> [String] {
        (request["Entries"]?.array ?? []).compactMap { $0["MessageBody"]?.string }
    }

    @Test func `a message with its delay, signed for the service`() async throws {
        let client = FakeHTTPClient([Self.taken])
        try await Self.queue(client).send([
            QueueMessage(body: "now"), QueueMessage(body: "soon", delay: .milliseconds(2_001)),
        ])
        #expect(client.operations == ["SendMessageBatch"])
        #expect(client.calls == ["POST /"])
        #expect(
            client.bodies == [
                [
                    "QueueUrl": .string(Self.address),
                    "Entries": [
                        ["Id": "0", "MessageBody": "now"], ["Id": "1", "MessageBody": "soon", "DelaySeconds": 3],
                    ],
                ]
            ])
        let authorization = client.requests[0].headers.first { $0.name == "Authorization" }?.value
        #expect(authorization?.contains("/eu-central-1/sqs/aws4_request") == true)
    }

    @Test(arguments: [(0, []), (1, [1]), (10, [10]), (11, [10, 1]), (256, Array(repeating: 10, count: 25) + [6])])
    func `any number goes in batches of ten`(count: Int, batches: [Int]) async throws {
        let client = FakeHTTPClient(Array(repeating: Self.taken, count: batches.count))
        try await Self.queue(client).send(Self.messages(count))
        #expect(client.bodies.map { Self.bodies($0).count } == batches)
        #expect(client.bodies.flatMap(Self.bodies) == Self.messages(count).map(\.body))
    }

    @Test func `a batch is no larger than SQS takes`() async throws {
        let client = FakeHTTPClient([Self.taken, Self.taken])
        let half = QueueMessage(body: String(repeating: "x", count: QueueMessage.bodyBytesMax / 2))
        try await Self.queue(client).send([half, half, QueueMessage(body: "x")])
        #expect(client.bodies.map { Self.bodies($0).count } == [2, 1])
    }

    @Test func `what failed is sent again, and nothing else`() async throws {
        let (client, pauses) = (FakeHTTPClient([Self.failed(1, 2), Self.failed(0), Self.taken]), Pauses())
        try await Self.queue(client, pauses).send(Self.messages(3))
        #expect(client.bodies.map(Self.bodies) == [["m0", "m1", "m2"], ["m1", "m2"], ["m1"]])
        #expect(pauses.all == [.milliseconds(50), .milliseconds(75)])
    }

    struct FailureRow: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var answers: [FakeHTTPClient.Answer]
        var error: ServiceError?
        var calls: Int
    }
    static let lost = FakeHTTPClient.Answer.failure(.outcomeUnknown("gone"))
    static let unsent = FakeHTTPClient.Answer.failure(.notSent("no"))
    static let busy = FakeHTTPClient.Answer.refusal("RequestThrottled")
    static let failures = [
        FailureRow(
            testDescription: "failing to the end", answers: [failed(0), failed(0), failed(0)], error: .throttled,
            calls: 3),
        FailureRow(
            testDescription: "a message that is refused", answers: [failed(0, isOurs: true)],
            error: .rejected("SendMessageBatch: InternalError: "), calls: 1),
        FailureRow(testDescription: "busy, then taken", answers: [busy, taken], error: nil, calls: 2),
        FailureRow(testDescription: "busy to the end", answers: [busy, busy, busy], error: .throttled, calls: 3),
        FailureRow(testDescription: "a lost answer is asked again", answers: [lost, taken], error: nil, calls: 2),
        FailureRow(
            testDescription: "lost to the end", answers: [lost, unsent, unsent],
            error: .unknownOutcome("SendMessageBatch: gone"), calls: 3),
        FailureRow(
            testDescription: "never reached", answers: [unsent, unsent, unsent],
            error: .unavailable("SendMessageBatch: no"), calls: 3),
        FailureRow(
            testDescription: "no such queue",
            answers: [.refusal("QueueDoesNotExist", ["message": "which?"])],
            error: .rejected("SendMessageBatch: QueueDoesNotExist: which?"), calls: 1),
    ]

    @Test(arguments: failures) func `a failed sending`(row: FailureRow) async throws {
        let client = FakeHTTPClient(row.answers)
        do {
            try await Self.queue(client).send(Self.messages(1))
            #expect(row.error == nil)
        } catch {
            #expect(error == row.error)
        }
        #expect(client.requests.count == row.calls)
    }

    static let impossible = [
        QueueMessage(body: ""), QueueMessage(body: String(repeating: "x", count: QueueMessage.bodyBytesMax + 1)),
        QueueMessage(body: "x", delay: .seconds(-1)), QueueMessage(body: "x", delay: .milliseconds(900_001)),
    ]
    @Test(arguments: impossible) func `what SQS never takes is not sent`(message: QueueMessage) async throws {
        let client = FakeHTTPClient([])
        await #expect(throws: ServiceError.self) {
            try await Self.queue(client).send([QueueMessage(body: "fine"), message])
        }
        #expect(client.requests.isEmpty)
    }
}
