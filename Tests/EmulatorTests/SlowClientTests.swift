import Emulator
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

/// Clients that begin a request and fall silent.
struct SlowClientTests {
    /// Answers at once, or after longer than the time-out.
    struct Service: HTTPService {
        let delay: TimeAmount
        let loops: MultiThreadedEventLoopGroup

        func handle(_ request: HTTPRequest, respond: @escaping @Sendable (HTTPResponse) -> Void) {
            loops.next().scheduleTask(in: delay) { respond(HTTPResponse(.ok)) }
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// What the client sends, with a pause in between that is shorter than the time-out.
        var pieces: [String]
        var delay = TimeAmount.zero
        var answers: [Int]
        var isClosed = true
    }

    static let whole = "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"
    static let rows = [
        Row(testDescription: "half a head", pieces: ["POST / HT"], answers: [408]),
        Row(testDescription: "a head without its end", pieces: ["POST / HTTP/1.1\r\nHost: a\r\n"], answers: [408]),
        Row(testDescription: "half a body", pieces: ["POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"], answers: [408]),
        Row(testDescription: "a whole request, then half of one", pieces: [whole, "POST"], answers: [200, 408]),
        Row(testDescription: "a whole request, then nothing", pieces: [whole], answers: [200], isClosed: false),
        Row(testDescription: "slow, but not silent", pieces: whole.map(String.init), answers: [200], isClosed: false),
        Row(testDescription: "nothing at all", pieces: [], answers: [], isClosed: false),
        Row(
            testDescription: "a slow answer", pieces: [whole], delay: .milliseconds(500), answers: [200],
            isClosed: false),
    ]

    static let timeout = TimeAmount.milliseconds(200)

    @Test(arguments: rows) func `a request that falls silent is ended`(row: Row) async throws {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let server = try await HTTPServer.listen(
            on: loops, port: 0, bodyBytesMax: 100, readTimeout: Self.timeout,
            service: { Service(delay: row.delay, loops: loops) })
        let port = server.port
        let (text, isClosed) = await withCheckedContinuation { continuation in
            // Sockets that block have no place on the threads of the tests.
            let client = Client(port: port, pieces: row.pieces) { continuation.resume(returning: $0) }
            client.start()
        }
        #expect(text.matches(of: /HTTP\/1\.1 (\d+)/).compactMap { Int($0.1) } == row.answers)
        #expect(isClosed == row.isClosed)
        try await server.close()
        try await loops.shutdownGracefully()
    }

    /// Sends pieces 20 ms apart, then reads until the end or for a second.
    struct Client: Sendable {
        let port: Int
        let pieces: [String]
        let finish: @Sendable ((String, Bool)) -> Void

        func start() {
            let context = Unmanaged.passRetained(Box(self)).toOpaque()
            var thread = pthread_t()
            pthread_create(
                &thread, nil,
                { context in
                    guard let context else { return nil }
                    let client = Unmanaged<Box>.fromOpaque(context).takeRetainedValue().client
                    client.finish(client.run())
                    return nil
                }, context)
            pthread_detach(thread)
        }

        private final class Box {
            let client: Client
            init(_ client: Client) { self.client = client }
        }

        private func run() -> (String, Bool) {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(port).bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            let status = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard status == 0 else { return ("no connection", false) }
            for piece in pieces {
                let bytes = Array(piece.utf8)
                send(descriptor, bytes, bytes.count, 0)
                usleep(20_000)
            }
            var received: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4_096)
            for _ in 0..<100 {
                usleep(10_000)
                let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                if count == 0 { return (String(decoding: received, as: UTF8.self), true) }
                if count > 0 { received += buffer[..<count] }
            }
            return (String(decoding: received, as: UTF8.self), false)
        }
    }
}
