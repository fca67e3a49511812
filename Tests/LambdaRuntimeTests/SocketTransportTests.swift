import Glibc
import LambdaRuntime
import LoopbackServer
import Testing

struct SocketTransportTests {
    static func transport(_ server: ScriptedServer, _ termination: TerminationSignal? = nil) throws -> SocketTransport {
        try SocketTransport(address: server.address, termination: termination ?? TerminationSignal())
    }

    struct ReplyRow: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var pieces: [String]
        var body = "hello"
    }
    static let replies = [
        ReplyRow(testDescription: "by length", pieces: ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello"]),
        ReplyRow(
            testDescription: "in pieces",
            pieces: ["HTTP/1.1 20", "0 OK\r\nContent-Len", "gth: 5\r\nX-A: b\r", "\n\r", "\nhe", "llo"]),
        ReplyRow(
            testDescription: "chunked",
            pieces: [
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nx-a:b\r\n\r\n2;x=y\r\nhe\r\n3\r",
                "\nllo\r\n0\r\nT: t\r\n\r\n",
            ]),
        ReplyRow(
            testDescription: "chunked, last of a list",
            pieces: [
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity,\t Chunked\r\nx-a:b\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
            ]),
        ReplyRow(
            testDescription: "lines ended by LF alone", pieces: ["HTTP/1.1 200 OK\nContent-Length: 5\nX-A: b\n\nhello"]),
        ReplyRow(testDescription: "to the end of the connection", pieces: ["HTTP/1.1 200 OK\r\nX-A: b\r\n\r\nhello"]),
        ReplyRow(
            testDescription: "after 100 Continue",
            pieces: ["HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello"]),
        ReplyRow(
            testDescription: "larger than the buffer",
            pieces: [
                "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\nX-A: b\r\n\r\n" + String(repeating: "x", count: 300_000)
            ],
            body: String(repeating: "x", count: 300_000)),
    ]

    @Test(arguments: replies) func `reads a reply however it comes`(row: ReplyRow) throws {
        let server = try ScriptedServer([[.answer(row.pieces)]])
        let reply = try #require(try Self.transport(server).get("/next"))
        #expect(reply.status == 200)
        #expect(reply.headers["x-a"] == "b")
        #expect(reply.body == Array(row.body.utf8))
    }

    static let empty = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"

    @Test func `keeps one connection`() throws {
        let server = try ScriptedServer([[.answer([Self.empty]), .answer([Self.empty]), .answer([Self.empty])]])
        let transport = try Self.transport(server)
        for index in 0..<3 {
            let reply = try transport.post("/\(index)", headers: [("A", "b")], body: Array("x\(index)".utf8))
            #expect(reply.status == 202)
        }
        #expect(server.requests.count >= 3)
        for (index, request) in server.requests.prefix(3).enumerated() {
            #expect(request.hasPrefix("POST /\(index) HTTP/1.1\r\nHost: \(server.address)\r\n"))
            #expect(request.contains("\r\nA: b\r\n"))
            #expect(request.hasSuffix("\r\nContent-Length: 2\r\n\r\nx\(index)"))
        }
    }

    @Test func `sends a body larger than the socket's buffers whole`() throws {
        let server = try ScriptedServer([[.answer([Self.empty])]])
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: 3_000_000)
        #expect(try Self.transport(server).post("/", headers: [], body: body).status == 202)
        #expect(server.requests[0].utf8.suffix(3_000_001).first == UInt8(ascii: "\n"))
    }

    @Test func `opens the connection anew when the peer has closed it`() throws {
        let closing = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        let server = try ScriptedServer([[.answer([Self.empty])], [.answer([closing])], [.answer([Self.empty])]])
        let transport = try Self.transport(server)
        #expect(try transport.post("/1", headers: [], body: []).status == 202)
        // Closed without a word, so that the next request meets a dead connection.
        for _ in 0..<10_000 where server.requests.last != "CLOSED" { usleep(1_000) }
        #expect(server.requests.last == "CLOSED")
        #expect(try transport.post("/2", headers: [], body: []).status == 202)
        #expect(try transport.post("/3", headers: [], body: []).status == 202)
        #expect(server.requests.filter { $0.hasPrefix("POST /2 ") }.count == 1)
    }

    struct BrokenRow: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var reply: String
        var error: TransportError
    }
    static let broken = [
        BrokenRow(testDescription: "cut in the head", reply: "HTTP/1.1 200 OK\r\nCont", error: .closed),
        BrokenRow(
            testDescription: "cut in the body", reply: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", error: .closed
        ),
        BrokenRow(testDescription: "no HTTP", reply: "SSH-2.0-OpenSSH\r\n\r\n", error: .malformed("status line")),
        BrokenRow(
            testDescription: "a header line without a colon", reply: "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n",
            error: .malformed("header line")),
        BrokenRow(
            testDescription: "a chunk size that is none",
            reply: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
            error: .malformed("chunk size \"xyz\"")),
        BrokenRow(
            testDescription: "one byte past the body's ceiling",
            reply: "HTTP/1.1 200 OK\r\nContent-Length: \(SocketTransport.bodyBytesMax + 1)\r\n\r\n", error: .tooLarge),
        BrokenRow(
            testDescription: "a head past its ceiling",
            reply: "HTTP/1.1 200 OK\r\nA: " + String(repeating: "x", count: SocketTransport.headBytesMax),
            error: .tooLarge),
    ]

    @Test(arguments: broken) func `a broken reply is an error`(row: BrokenRow) throws {
        let server = try ScriptedServer([[.answer([row.reply])]])
        #expect(throws: row.error) { try Self.transport(server).get("/next") }
    }

    @Test func `nobody listens`() throws {
        #expect(throws: TransportError.unreachable("127.0.0.1:1: Connection refused")) {
            try SocketTransport(address: "127.0.0.1:1", termination: TerminationSignal()).get("/")
        }
        for address in ["", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536"] {
            #expect(throws: TransportError.unreachable("\"\(address)\" is not host:port")) {
                _ = try SocketTransport(address: address, termination: TerminationSignal())
            }
        }
    }

    @Test func `resolves a host's name`() throws {
        let server = try ScriptedServer([[.answer([Self.empty])]])
        let transport = try SocketTransport(address: "localhost:\(server.port)", termination: TerminationSignal())
        #expect(try transport.get("/")?.status == 202)
    }

    @Test func `streams chunks and trailers`() throws {
        let server = try ScriptedServer([[.answer([Self.empty])]])
        let transport = try Self.transport(server)
        try transport.beginStream("/s", headers: [("Trailer", "T")])
        try transport.writeChunk(Array("hello".utf8))
        try transport.writeChunk([])
        try transport.writeChunk([UInt8](repeating: UInt8(ascii: "x"), count: 26))
        #expect(try transport.endStream(trailers: [("T", "t")]).status == 202)
        let body = server.requests[0].split(separator: "\r\n\r\n", maxSplits: 1)[1]
        #expect(body == "5\r\nhello\r\n1a\r\n" + String(repeating: "x", count: 26) + "\r\n0\r\nT: t\r\n\r\n")
    }

    @Test func `the word to end ends a wait and no exchange in hand`() throws {
        let server = try ScriptedServer([[.answer([Self.empty]), .silence]])
        let termination = try TerminationSignal()
        let transport = try Self.transport(server, termination)
        #expect(try transport.get("/1") != nil)
        // Told while the request hangs: another thread does as a signal handler would.
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            {
                usleep(20_000)
                Unmanaged<TerminationSignal>.fromOpaque($0!).takeUnretainedValue().request()
                return nil
            }, Unmanaged.passUnretained(termination).toOpaque())
        #expect(try transport.get("/2") == nil)
        pthread_join(thread, nil)

        let second = try ScriptedServer([[.answer([Self.empty])]])
        let told = try Self.transport(second, termination)
        #expect(try told.post("/response", headers: [], body: []).status == 202)
        #expect(try told.get("/next") == nil)
        #expect(second.requests.allSatisfy { !$0.hasPrefix("GET") })
    }
}
