import Glibc
import JSON
import LambdaRuntime
import LoopbackServer
import Testing

/// The loop as a process of its own, told by its environment and by signals.
struct ProcessTests {
    struct Handler: LambdaHandler {
        func handle(_ event: JSONValue, context: InvocationContext) async throws -> [String?] {
            // A signal in the middle of an invocation waits until it is answered.
            kill(getpid(), SIGTERM)
            return [event.string, getenv("_X_AMZN_TRACE_ID").map { String(cString: $0) }]
        }
    }

    static let invocation =
        "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: r1\r\nLambda-Runtime-Deadline-Ms: 1\r\n"
        + "Lambda-Runtime-Trace-Id: Root=1\r\nContent-Length: 3\r\n\r\n\"a\""

    @Test func `SIGTERM ends the loop after the invocation in hand`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let server = try ScriptedServer([
                [.answer([Self.invocation]), .answer([SocketTransportTests.empty]), .silence]
            ])
            setenv("AWS_LAMBDA_RUNTIME_API", server.address, 1)
            try await RuntimeLoop(Handler()).run()
            try #require(server.requests.count >= 2)
            try #require(server.requests[1].hasSuffix("[\"a\",\"Root=1\"]"))
            exit(7)
        }
    }

    @Test func `SIGTERM ends an idle loop at once`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let server = try ScriptedServer([[.silence]])
            setenv("AWS_LAMBDA_RUNTIME_API", server.address, 1)
            var thread = pthread_t()
            pthread_create(
                &thread, nil,
                { _ in
                    usleep(50_000); kill(getpid(), SIGTERM); return nil
                }, nil)
            try await RuntimeLoop(Handler()).run()
            try #require(server.requests.first?.hasPrefix("GET /2018-06-01/runtime/invocation/next ") == true)
            exit(7)
        }
    }

    @Test func `a handler that can't be made ends the process with status 1`() async {
        await #expect(processExitsWith: .exitCode(1)) {
            func make() throws -> Handler { throw CancellationError() }
            let server = try ScriptedServer([[.answer([SocketTransportTests.empty])]])
            setenv("AWS_LAMBDA_RUNTIME_API", server.address, 1)
            try await RuntimeLoop(make()).run()
            exit(7)
        }
    }

    @Test func `outside Lambda it says so`() async throws {
        let result = try await #require(
            processExitsWith: .exitCode(1), observing: [\.standardErrorContent]
        ) {
            unsetenv("AWS_LAMBDA_RUNTIME_API")
            try await RuntimeLoop(Handler()).run()
        }
        #expect(
            String(decoding: result.standardErrorContent, as: UTF8.self).contains("AWS_LAMBDA_RUNTIME_API is not set"))
    }
}
