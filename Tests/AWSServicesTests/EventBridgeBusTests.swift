import AWSServices
import HTTPTransport
import JSON
import Services
import Testing
import Time

struct EventBridgeBusTests {
    static func bus(_ client: FakeHTTPClient, _ pauses: Pauses = Pauses()) -> EventBridgeBus {
        EventBridgeBus(endpoint: endpoint("events", client), name: "shop", retries: pauses.policy)
    }

    /// One entry for each event of a call: taken, or failed with that code.
    static func answer(_ codes: String?...) -> FakeHTTPClient.Answer { answer(codes) }
    static func answer(_ codes: [String?]) -> FakeHTTPClient.Answer {
        let entries = codes.map { code -> JSONValue in
            code.map { ["ErrorCode": .string($0), "ErrorMessage": "why"] } ?? ["EventId": "e"]
        }
        return .response(
            200,
            [
                "FailedEntryCount": .number(JSONNumber(codes.count { $0 != nil })), "Entries": .array(entries),
            ])
    }
    static func taken(_ count: Int) -> FakeHTTPClient.Answer { answer(Array(repeating: nil, count: count)) }

    static func event(_ key: String, detail: String = "{}") -> BusEvent {
        BusEvent(
            key: key, source: "shop.orders", detailType: "T" + key, detail: detail, time: Timestamp(seconds: 7))
    }
    static func events(_ keys: String...) -> [BusEvent] { keys.map { event($0) } }
    /// What each call spoke of.
    static func types(_ client: FakeHTTPClient) -> [[String]] {
        client.bodies.map { ($0["Entries"]?.array ?? []).compactMap { $0["DetailType"]?.string } }
    }

    @Test func `an event with all it has, signed for the service`() async throws {
        let client = FakeHTTPClient([Self.taken(1)])
        let event = BusEvent(
            key: "O", source: "shop.orders", detailType: "OrderPaid", detail: #"{"orderID":"O"}"#,
            time: Timestamp(milliseconds: 1_677_175_810_999), resources: ["arn:a"])
        #expect(await Self.bus(client).publish([event]) == Publication())
        #expect(client.calls == ["POST /"])
        #expect(client.operations == ["PutEvents"])
        #expect(
            client.bodies == [
                [
                    "Entries": [
                        [
                            "EventBusName": "shop", "Source": "shop.orders", "DetailType": "OrderPaid",
                            "Detail": #"{"orderID":"O"}"#, "Time": 1_677_175_810, "Resources": ["arn:a"],
                        ]
                    ]
                ]
            ])
        let headers = client.requests[0].headers
        #expect(headers.contains { $0 == ("X-Amz-Target", "AWSEvents.PutEvents") })
        #expect(headers.contains { $0 == ("Content-Type", "application/x-amz-json-1.1") })
        let authorization = headers.first { $0.name == "Authorization" }?.value
        #expect(authorization?.contains("/eu-central-1/events/aws4_request") == true)
    }

    @Test(arguments: [(0, []), (1, [1]), (10, [10]), (11, [10, 1]), (25, [10, 10, 5])])
    func `any number goes in calls of ten`(count: Int, calls: [Int]) async {
        let client = FakeHTTPClient(calls.map(Self.taken))
        #expect(await Self.bus(client).publish((0..<count).map { Self.event("\($0)") }) == Publication())
        #expect(Self.types(client).map(\.count) == calls)
        #expect(Self.types(client).flatMap { $0 } == (0..<count).map { "T\($0)" })
    }

    /// 14 bytes for the time, 11 and 2 for source and type.
    static func event(_ key: String, bytes: Int) -> BusEvent {
        event(key, detail: String(repeating: " ", count: bytes - 14 - 11 - 2))
    }

    @Test func `a call is no larger than EventBridge takes, and what is larger by itself is refused unsent`() async {
        let client = FakeHTTPClient([Self.taken(2), Self.taken(1), Self.taken(1), Self.taken(1)])
        let half = BusEvent.bytesMax / 2
        let publication = await Self.bus(client).publish([
            Self.event("a", bytes: half), Self.event("b", bytes: half), Self.event("c", bytes: half + 1),
            Self.event("d", bytes: half), Self.event("e", bytes: BusEvent.bytesMax + 1),
            Self.event("f", bytes: BusEvent.bytesMax),
        ])
        #expect(Self.types(client) == [["Ta", "Tb"], ["Tc"], ["Td"], ["Tf"]])
        #expect(publication == Publication(refused: [4: "an event of 262145 bytes"]))
    }

    @Test func `events of one key go one after the other`() async {
        let client = FakeHTTPClient([Self.taken(2), Self.answer(nil, "InternalFailure"), Self.taken(1), Self.taken(1)])
        #expect(await Self.bus(client).publish(Self.events("a", "b", "a", "c", "c")) == Publication())
        // The first c is on the bus before the second is sent.
        #expect(Self.types(client) == [["Ta", "Tb"], ["Ta", "Tc"], ["Tc"], ["Tc"]])
    }

    @Test func `what is throttled or failed inside is sent again, and nothing else`() async {
        let pauses = Pauses()
        let client = FakeHTTPClient([
            Self.answer("ThrottlingException", nil, "InternalFailure", "InternalException"),
            Self.answer(nil, "ThrottlingException", nil), Self.answer(nil),
        ])
        #expect(await Self.bus(client, pauses).publish(Self.events("a", "b", "c", "d")) == Publication())
        #expect(Self.types(client) == [["Ta", "Tb", "Tc", "Td"], ["Ta", "Tc", "Td"], ["Tc"]])
        #expect(pauses.all == [.milliseconds(50), .milliseconds(75)])
    }

    @Test(
        arguments: [
            "AccessDeniedException", "InvalidAccountIdException", "InvalidArgument", "MalformedDetail",
            "RedactionFailure", "NotAuthorizedForSourceException", "NotAuthorizedForDetailTypeException", "Whatever",
        ])
    func `what the bus will never take is named, and the others go on`(code: String) async {
        let client = FakeHTTPClient([Self.answer(nil, code, "ThrottlingException"), Self.taken(1), Self.taken(1)])
        let publication = await Self.bus(client).publish(Self.events("a", "b", "c", "c"))
        #expect(publication == Publication(refused: [1: "\(code): why"]))
        #expect(Self.types(client) == [["Ta", "Tb", "Tc"], ["Tc"], ["Tc"]])
    }

    struct FailureRow: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var answers: [FakeHTTPClient.Answer]
        var failure: Publication.Failure?
        var calls: Int
    }
    static let lost = FakeHTTPClient.Answer.failure(.outcomeUnknown("gone"))
    static let unsent = FakeHTTPClient.Answer.failure(.notSent("no"))
    static let busy = FakeHTTPClient.Answer.refusal("ThrottlingException")
    static let second = answer(nil, "ThrottlingException")
    static let one = answer("InternalFailure")
    static let failures = [
        FailureRow(
            testDescription: "an entry failing to the end", answers: [second, one, one],
            failure: .init(index: 1, error: .throttled), calls: 3),
        FailureRow(testDescription: "busy, then taken", answers: [busy, taken(2), taken(1)], calls: 3),
        FailureRow(
            testDescription: "busy to the end", answers: [busy, busy, busy],
            failure: .init(index: 0, error: .throttled),
            calls: 3),
        FailureRow(
            testDescription: "the second call", answers: [taken(2), unsent, unsent, unsent],
            failure: .init(index: 2, error: .unavailable("PutEvents: no")), calls: 4),
        FailureRow(
            testDescription: "lost to the end", answers: [lost, unsent, unsent],
            failure: .init(index: 0, error: .unknownOutcome("PutEvents: gone")), calls: 3),
        FailureRow(
            testDescription: "no permission", answers: [.refusal("AccessDeniedException", ["message": "which?"])],
            failure: .init(index: 0, error: .rejected("PutEvents: AccessDeniedException: which?")), calls: 1),
        FailureRow(
            testDescription: "an answer that does not fit", answers: [taken(1)],
            failure: .init(index: 0, error: .rejected("PutEvents: an answer to other entries")), calls: 1),
    ]

    @Test(arguments: failures) func `says from where on events may be missing, and sends none behind`(
        row: FailureRow
    ) async {
        let client = FakeHTTPClient(row.answers)
        let publication = await Self.bus(client).publish(Self.events("a", "b", "b"))
        #expect(publication == Publication(failure: row.failure))
        #expect(client.requests.count == row.calls)
    }
}
