import JSON
import LambdaRuntime
import Machine
import Synchronization
import Testing
import Time

struct RuntimeLoopTests {
    struct Question: Decodable { var text: String, count: Int }
    struct Answer: Encodable { var text: String, at: Int64 }

    enum Refusal: Error { case secret(String), plain }
    struct Told: Error, CustomStringConvertible { var description: String { "told" } }

    /// Does as the event's text says.
    struct Handler: LambdaHandler {
        var seen: (@Sendable (InvocationContext) -> Void)?

        func handle(_ event: Question, context: InvocationContext) async throws -> Answer {
            seen?(context)
            switch event.text {
            case "secret": throw Refusal.secret("4111 1111 1111 1111")
            case "plain": throw Refusal.plain
            case "told": throw Told()
            case "failure": throw FunctionFailure(errorType: "Voting.Closed", errorMessage: "closed")
            default: break
            }
            return Answer(text: String(repeating: event.text, count: event.count), at: context.receivedAt.milliseconds)
        }
    }

    static func event(_ text: String, _ count: Int = 1) -> String { #"{"text":"\#(text)","count":\#(count)}"# }

    @discardableResult
    static func run(_ transport: FakeTransport, log: LogLines = LogLines()) async throws -> [FakeTransport.Post] {
        try await RuntimeLoop(Handler()).run(
            over: transport, logger: log.logger(), now: { Timestamp(milliseconds: 1_000) })
        return transport.posts
    }

    @Test func `answers each event under its request id`() async throws {
        let transport = FakeTransport(events: [Self.event("a", 2), Self.event("b")])
        let posts = try await Self.run(transport)
        #expect(transport.asked == [String](repeating: "/2018-06-01/runtime/invocation/next", count: 3))
        #expect(posts.map(\.path) == ["r1", "r2"].map { "/2018-06-01/runtime/invocation/\($0)/response" })
        #expect(posts.map(\.json) == [["text": "aa", "at": 1_000], ["text": "b", "at": 1_000]])
    }

    @Test func `a handler's time ends with the invocation's`() async throws {
        let seen = Mutex<Duration?>(nil)
        // The invocation's deadline is 2,000 ms, and the clock shows 1,000.
        try await RuntimeLoop(Handler { _ in seen.withLock { $0 = WorkDeadline.remaining } }).run(
            over: FakeTransport(events: [Self.event("a")]), logger: .discarding,
            now: { Timestamp(milliseconds: 1_000) })
        let left = try #require(seen.withLock { $0 })
        #expect((.milliseconds(100)...(.milliseconds(1_000))).contains(left))
        #expect(WorkDeadline.remaining == nil)
    }

    struct FailureRow: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var event: String
        var errorType: String
        var header: String
        var message: String
    }
    static let failures = [
        FailureRow(
            testDescription: "an error's values stay out of the message", event: event("secret"), errorType: "Refusal",
            header: "Function.Refusal", message: "Refusal.secret"),
        FailureRow(
            testDescription: "a case without values", event: event("plain"), errorType: "Refusal",
            header: "Function.Refusal", message: "Refusal.plain"),
        FailureRow(
            testDescription: "an error with words of its own", event: event("told"), errorType: "Told",
            header: "Function.Told", message: "told"),
        FailureRow(
            testDescription: "a named failure", event: event("failure"), errorType: "Voting.Closed",
            header: "Function.Voting.Closed", message: "closed"),
        FailureRow(
            testDescription: "no JSON", event: #"{"text":"#, errorType: "Runtime.UnmarshalError",
            header: "Runtime.UnmarshalError", message: "The event can't be read as Question: line 1, column 9"),
        FailureRow(
            testDescription: "a member is missing", event: #"{"text":"a"}"#, errorType: "Runtime.UnmarshalError",
            header: "Runtime.UnmarshalError",
            message: "The event can't be read as Question: at the top: No member named \"count\"."),
        FailureRow(
            testDescription: "a member of another type", event: #"{"text":"a","count":"b"}"#,
            errorType: "Runtime.UnmarshalError", header: "Runtime.UnmarshalError",
            message: "The event can't be read as Question: at count:"),
        FailureRow(
            testDescription: "one byte past the ceiling", event: event("a", 6_291_556 - 21 + 1),
            errorType: "Function.ResponseSizeTooLarge", header: "Function.ResponseSizeTooLarge",
            message: "Response payload size exceeded maximum allowed payload size (6291556 bytes)."),
    ]

    @Test(arguments: failures) func `reports what went wrong and goes on`(row: FailureRow) async throws {
        let log = LogLines()
        let posts = try await Self.run(FakeTransport(events: [row.event, Self.event("a")]), log: log)
        let error = try #require(posts.first)
        #expect(error.path == "/2018-06-01/runtime/invocation/r1/error")
        #expect(error.headers["Lambda-Runtime-Function-Error-Type"] == row.header)
        #expect(error.json?["errorType"]?.string == row.errorType)
        #expect(
            error.json?["errorMessage"]?.string?.hasPrefix(row.message) == true,
            "\(error.json?.compactText.prefix(300) ?? "")")
        #expect(error.json?["stackTrace"] == [])
        #expect(posts.last?.path == "/2018-06-01/runtime/invocation/r2/response")
        #expect(log.json.first?["level"] == "ERROR")
        #expect(log.json.first?["requestId"] == "r1")
    }

    @Test func `a reply as large as Lambda allows is sent`() async throws {
        let posts = try await Self.run(FakeTransport(events: [Self.event("a", 6_291_556 - 21)]))
        #expect(posts.map(\.path) == ["/2018-06-01/runtime/invocation/r1/response"])
        #expect(posts.first?.body.count == 6_291_556)
    }

    @Test func `the context holds what the headers say`() async throws {
        let seen = Mutex<[InvocationContext]>([])
        let transport = FakeTransport(
            events: [Self.event("a")],
            headers: [
                ("lambda-runtime-trace-id", "Root=1-5bef4de7"), ("LAMBDA-RUNTIME-AWS-TENANT-ID", "blue"),
                ("Lambda-Runtime-Client-Context", #"{"client":{"app":"x"}}"#),
                ("Lambda-Runtime-Cognito-Identity", "not JSON"), ("Emulator-Time-Ms", "1500"),
            ])
        let handler = Handler(seen: { context in seen.withLock { $0.append(context) } })
        try await RuntimeLoop(handler).run(
            over: transport, logger: LogLines().logger(), now: { Timestamp(milliseconds: 1_000) })
        let context = try #require(seen.withLock { $0.first })
        #expect(context.requestID == "r1")
        #expect(context.deadline == Timestamp(milliseconds: 2_000))
        #expect(context.receivedAt == Timestamp(milliseconds: 1_500))
        #expect(context.traceID == "Root=1-5bef4de7")
        #expect(context.invokedFunctionARN == "arn:aws:lambda:eu-central-1:123456789012:function:F")
        #expect(context.clientContext == ["client": ["app": "x"]])
        #expect(context.cognitoIdentity == nil)
        #expect(context.tenantID == "blue")
    }

    @Test func `a handler that can't be made is an init error`() async throws {
        func make() throws -> Handler { throw Told() }
        let transport = FakeTransport(events: [Self.event("a")])
        await #expect(
            throws: RuntimeLoopError.initialization(FunctionFailure(errorType: "Told", errorMessage: "told"))
        ) {
            try await RuntimeLoop(make()).run(over: transport, logger: .discarding, now: { Timestamp(milliseconds: 0) })
        }
        #expect(transport.posts.map(\.path) == ["/2018-06-01/runtime/init/error"])
        #expect(transport.posts.first?.headers["Lambda-Runtime-Function-Error-Type"] == "Function.Told")
        #expect(transport.asked.isEmpty)
    }

    @Test(arguments: [400, 403, 413]) func `a refused reply is logged and the loop goes on`(status: Int) async throws {
        let log = LogLines()
        let transport = FakeTransport(events: [Self.event("a"), Self.event("b")])
        transport.postStatus = status
        #expect(try await Self.run(transport, log: log).count == 2)
        #expect(log.json.map { $0["level"] } == ["WARN", "WARN"])
    }

    @Test func `a broken Runtime API ends the loop`() async throws {
        let transport = FakeTransport(events: [Self.event("a"), Self.event("b")])
        transport.postStatus = 500
        await #expect(throws: RuntimeLoopError.refused(status: 500)) { try await Self.run(transport) }
        #expect(transport.posts.count == 1)
        await #expect(throws: RuntimeLoopError.refused(status: 403)) {
            try await Self.run(FakeTransport([RuntimeReply(status: 403)]))
        }
        await #expect(throws: RuntimeLoopError.malformedInvocation("Lambda-Runtime-Aws-Request-Id")) {
            try await Self.run(FakeTransport([RuntimeReply(status: 200, body: Array("{}".utf8))]))
        }
    }
}
