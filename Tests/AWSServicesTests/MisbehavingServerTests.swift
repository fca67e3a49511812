import AWSServices
import HTTPTransport
import Items
import LoopbackServer
import Machine
import Services
import Testing
import Time

/// The adapters over real sockets, with a server that does what servers do on bad days.
struct MisbehavingServerTests {
    static let votings = TableName(rawValue: "Votings")
    static let item: Item = ["pk": "a", "sk": "b"]
    static let insert = ItemWrite.insert(item, in: votings)
    static let check = ItemWrite.check(ItemKey(votings, "c", "d"), .itemPresent)
    static let done = ScriptedServer.Step.answer(["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"])

    static func status(_ status: Int, _ error: String? = nil, date: String? = nil) -> ScriptedServer.Step {
        let body = error.map { #"{"__type":"com.amazonaws.dynamodb.v20120810#\#($0)"}"# } ?? "oops"
        let date = date.map { "Date: \($0)\r\n" } ?? ""
        return .answer(["HTTP/1.1 \(status) X\r\n\(date)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"])
    }

    static func store(
        _ server: ScriptedServer, total: Duration = .seconds(5), retries: RetryPolicy = RetryPolicy()
    ) -> DynamoDBStore {
        let endpoint = ServiceEndpoint(
            service: "dynamodb", url: "http://\(server.address)", region: "eu-central-1",
            credentials: Credentials(accessKeyID: "AKID", secretAccessKey: "secret"),
            client: CurlClient(limits: .init(total: total)), clock: SigningClock())
        return DynamoDBStore(endpoint: DynamoDBEndpoint(endpoint), retries: retries) { $0.rawValue }
    }

    static func calls(_ server: ScriptedServer) -> [String] { server.requests.filter { $0 != "CLOSED" } }

    static func body(_ request: String) -> Substring? {
        request.firstRange(of: "\r\n\r\n").map { request[$0.upperBound...] }
    }

    enum Work: Sendable { case read, write, transaction }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var work: Work
        var connections: [[ScriptedServer.Step]]
        var calls: Int
        /// nil: it works out.
        var error: String?
    }
    static let rows = [
        Row(
            testDescription: "500, 503 and throttling, then an answer", work: .read,
            connections: [[status(500), status(503), status(400, "ThrottlingException"), done]], calls: 4),
        Row(
            testDescription: "closed after the request, then an answer", work: .read, connections: [[.hangUp], [done]],
            calls: 2),
        Row(
            testDescription: "throttled to the end", work: .write,
            connections: [[ScriptedServer.Step](repeating: status(400, "ThrottlingException"), count: 5)], calls: 4,
            error: "the service is busy"),
        Row(
            testDescription: "a condition that fails", work: .write,
            connections: [[status(400, "ConditionalCheckFailedException"), done]], calls: 1,
            error: "a condition failed, or another write came between"),
        Row(
            testDescription: "a write whose connection closes is not sent again", work: .write,
            connections: [[.hangUp], [done]], calls: 1, error: "the answer was lost: PutItem: Server returned nothing"),
        Row(
            testDescription: "a transaction whose connection closes is", work: .transaction,
            connections: [[.hangUp], [done]], calls: 2),
        Row(
            testDescription: "a transaction after 500", work: .transaction, connections: [[status(500), done]], calls: 2
        ),
        Row(
            testDescription: "a transaction whose answer never comes", work: .transaction,
            connections: [[.silence], [.silence], [.silence], [.silence], [done]], calls: 4,
            error: "the answer was lost: TransactWriteItems: Timeout was reached"),
    ]

    @Test(arguments: rows) func `a server misbehaves`(row: Row) async throws {
        let server = try ScriptedServer(row.connections)
        let store = Self.store(server, total: .milliseconds(200))
        do throws(ServiceError) {
            switch row.work {
            case .read: _ = try await store.item(at: ItemKey(Self.votings, "a", "b"))
            case .write: try await store.commit([Self.insert], token: "t")
            case .transaction: try await store.commit([Self.insert, Self.check], token: "t")
            }
            #expect(row.error == nil)
        } catch {
            let expected = row.error ?? "nothing"
            #expect("\(error)".hasPrefix(expected), "\(error)")
        }
        let calls = Self.calls(server)
        #expect(calls.count == row.calls)
        // The same writes under the same token: whatever came of the first, it happens once.
        if case .transaction = row.work {
            #expect(Set(calls.map(Self.body)).count == 1)
            #expect(calls.allSatisfy { $0.contains(#""ClientRequestToken":"t""#) })
        }
    }

    @Test func `a server that is slow does not take the invocation's time`() async throws {
        let server = try ScriptedServer([[.silence], [.silence], [.silence], [.silence]])
        let started = ContinuousClock.now
        let deadline = started + .seconds(1)
        await WorkDeadline.$current.withValue(deadline) {
            await #expect(throws: ServiceError.unavailable("GetItem: Timeout was reached")) {
                try await Self.store(server).item(at: ItemKey(Self.votings, "a", "b"))
            }
        }
        #expect(ContinuousClock.now < deadline)
        // One long try, as nothing was left for another.
        #expect(Self.calls(server).count == 1)
    }

    @Test func `no try begins after a pause that leaves it no time`() async throws {
        let server = try ScriptedServer([[Self.status(429), Self.done]])
        let store = Self.store(
            server,
            retries: RetryPolicy(pause: .milliseconds(400), random: { 0.9 }, sleep: { _ in Issue.record("it slept") }))
        // Less than a call is begun with, which would turn what was surely not done into what nobody knows.
        let left = CurlClient.reserve + .milliseconds(360) + CurlClient.callTimeMin - .milliseconds(1)
        await WorkDeadline.$current.withValue(.now + left) {
            await #expect(throws: ServiceError.throttled) { try await store.commit([Self.insert], token: "t") }
        }
        #expect(Self.calls(server).count == 1)
    }

    @Test func `a transaction that ran out of time after a lost answer is unknown, not undone`() async throws {
        let server = try ScriptedServer([[.silence], [Self.done]])
        await WorkDeadline.$current.withValue(.now + CurlClient.reserve + .milliseconds(100)) {
            await #expect(throws: ServiceError.unknownOutcome("TransactWriteItems: Timeout was reached")) {
                try await Self.store(server).commit([Self.insert, Self.check], token: "t")
            }
        }
        #expect(Self.calls(server).count == 1)
    }

    @Test func `a wrong clock is put right by the server's`() async throws {
        let server = try ScriptedServer([
            [
                Self.status(400, "InvalidSignatureException", date: "Sun, 06 Nov 2044 08:49:37 GMT"), Self.done,
                Self.done,
            ]
        ])
        let store = Self.store(server)
        for _ in 1...2 { try await store.commit([Self.insert], token: "t") }
        let calls = Self.calls(server)
        #expect(calls.count == 3)
        #expect(calls.dropFirst().allSatisfy { $0.contains("X-Amz-Date: 20441106T0849") })
    }
}
