import Emulator
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing

/// What a connection leaves behind, and what may stand in its lines.
struct HTTPConnectionTests {
    final class Service: HTTPService {
        let headers: [(String, String)]
        let ended: @Sendable () -> Void

        init(headers: [(String, String)], ended: @escaping @Sendable () -> Void) {
            self.headers = headers
            self.ended = ended
        }

        deinit { ended() }

        func handle(_ request: HTTPRequest, respond: @escaping @Sendable (HTTPResponse) -> Void) {
            respond(HTTPResponse(.ok, headers: headers))
        }
    }

    /// Sends a request, and waits for the service of its connection to be let go.
    private static func exchange(
        _ text: String, headers: [(String, String)] = []
    ) async throws -> (answer: String, isFreed: Bool) {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let (frees, freed) = AsyncStream.makeStream(of: Void.self)
        let server = try await HTTPServer.listen(
            on: loops, port: 0, bodyBytesMax: 100, service: { Service(headers: headers) { freed.yield() } })
        let port = server.port
        let answer = await withCheckedContinuation { continuation in
            SlowClientTests.Client(port: port, pieces: [text]) { continuation.resume(returning: $0.0) }.start()
        }
        let timeout = loops.next().scheduleTask(in: .seconds(5)) { freed.finish() }
        let isFreed = await frees.first { true } != nil
        timeout.cancel()
        try await server.close()
        try await loops.shutdownGracefully()
        return (answer, isFreed)
    }

    @Test(arguments: ["", "Connection: close\r\n"]) func `an ended connection is let go`(header: String) async throws {
        let (answer, isFreed) = try await Self.exchange("GET / HTTP/1.1\r\n\(header)\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
        #expect(isFreed)
    }

    @Test func `a header's value can't end its line`() async throws {
        let (answer, _) = try await Self.exchange(
            "GET / HTTP/1.1\r\n\r\n", headers: [("x-message", "one\r\nset-cookie: a\u{0}\tb\u{7F}")])
        #expect(answer.contains("\r\nx-message: one  set-cookie: a \tb \r\n"))
    }

    @Test func `a head that is too long is told so`() async throws {
        let (answer, _) = try await Self.exchange(
            "GET / HTTP/1.1\r\nx: " + String(repeating: "a", count: 90_000) + "\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 431 "))
    }
}
