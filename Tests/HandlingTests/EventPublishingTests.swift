import Handling
import JSON
import LambdaRuntime
import Services
import Synchronization
import Testing
import Time

struct EventPublishingTests {
    /// Answers as it was told, and keeps what it was asked.
    private final class Bus: EventBus {
        private let publication: Publication
        private let kept = Mutex<[BusEvent]>([])
        init(_ publication: Publication) { self.publication = publication }
        var events: [BusEvent] { kept.withLock { $0 } }
        func publish(_ events: [BusEvent]) async -> Publication {
            kept.withLock { $0 += events }
            return publication
        }
    }

    private static func event(_ index: Int) -> BusEvent {
        BusEvent(
            key: "k\(index)", source: "s", detailType: "t\(index)", detail: #"{"a":1}"#, time: Timestamp(seconds: 1),
            resources: ["arn:\(index)"])
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var publication = Publication()
        var letterError: ServiceError?
        /// Of three changes, 100 to 102.
        var comesAgain: String?
        var thrown: ServiceError?
        var letters: [String] = []
        var counts: [String: Int] = [:]
    }
    static let rows = [
        Row(testDescription: "all taken", counts: ["EventsPublished": 3]),
        Row(
            testDescription: "one refused", publication: Publication(refused: [0: "no"]), letters: ["t0"],
            counts: ["EventsPublished": 2, "EventsRefused": 1]),
        Row(
            testDescription: "all refused", publication: Publication(refused: [2: "c", 0: "a", 1: "b"]),
            letters: ["t0", "t1", "t2"], counts: ["EventsRefused": 3]),
        Row(
            testDescription: "failing from the second",
            publication: Publication(failure: .init(index: 1, error: .throttled)),
            comesAgain: "101", counts: ["EventsPublished": 1]),
        Row(
            testDescription: "refused before and behind a failure",
            publication: Publication(refused: [0: "a", 2: "c"], failure: .init(index: 1, error: .throttled)),
            comesAgain: "101", letters: ["t0"], counts: ["EventsRefused": 1]),
        Row(
            testDescription: "getting nowhere",
            publication: Publication(failure: .init(index: 0, error: .rejected("PutEvents: AccessDeniedException"))),
            thrown: .rejected("PutEvents: AccessDeniedException")),
        Row(
            testDescription: "a refused event that the dead letters do not take either",
            publication: Publication(refused: [1: "b", 2: "c"]), letterError: .throttled, comesAgain: "101",
            counts: ["EventsPublished": 1, "EventsRefused": 2]),
        Row(
            testDescription: "the first of them", publication: Publication(refused: [0: "a"]), letterError: .throttled,
            thrown: .throttled, counts: ["EventsPublished": 2, "EventsRefused": 1]),
    ]

    @Test(arguments: rows) func `loses no event, and is held up by none that is refused`(row: Row) async throws {
        let (bus, letters) = (Bus(row.publication), KeptMessages(row.letterError))
        let lines = WrittenLines()
        let events = (0..<3).map { (sequenceNumber: "\(100 + $0)", event: Self.event($0)) }
        do throws(ServiceError) {
            let comesAgain = try await EventPublishing(by: "F", on: bus, deadLetters: letters).publish(
                events, lines.context)
            #expect(comesAgain == row.comesAgain)
            #expect(row.thrown == nil)
        } catch {
            #expect(error == row.thrown)
        }
        #expect(bus.events == events.map(\.event))
        #expect(try letters.bodies.map { $0["entry"]?["DetailType"]?.string } == row.letters)
        let written = try lines.parsed()
        let counted = written.first { $0["message"] == "counted" }
        for name in ["EventsPublished", "EventsRefused"] { #expect(counted?[name]?.int == row.counts[name]) }
        // What is refused says so by a line each, and what comes again by one; a failing function by its own.
        #expect(
            written.count { $0["message"]?.string?.contains("the bus refuses an event") == true } == row.counts[
                "EventsRefused"] ?? 0)
        #expect(
            written.contains { $0["message"]?.string?.contains("events are not published") == true }
                == (row.comesAgain != nil))
    }

    @Test(arguments: [(7, true), (QueueMessage.bodyBytesMax - 152, true), (QueueMessage.bodyBytesMax - 151, false)])
    func `a dead letter has all that publishing it takes, and no more than it can hold`(
        bytes: Int, isWhole: Bool
    ) async throws {
        let letters = KeptMessages()
        let context = InvocationContext(
            requestID: "r", deadline: Timestamp(seconds: 1), receivedAt: Timestamp(seconds: 1))
        var event = Self.event(0)
        event.detail = String(repeating: " ", count: bytes)
        let bus = Bus(Publication(refused: [0: "InvalidArgument: why"]))
        _ = try await EventPublishing(by: "F", on: bus, deadLetters: letters).publish([("1", event)], context)
        var entry: JSONObject = [
            "Source": "s", "DetailType": "t0", "Detail": .string(event.detail), "Time": "1970-01-01T00:00:01.000Z",
            "Resources": ["arn:0"],
        ]
        if !isWhole { entry["Detail"] = nil }
        #expect(try letters.bodies == [["error": "InvalidArgument: why", "key": "k0", "entry": .object(entry)]])
    }
}
