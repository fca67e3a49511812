import HTTPTransport
import Services
import Synchronization
import Testing
import Time
import Webhooks

struct SignedWebhookTests {
    /// Answers as told, and keeps what it was asked.
    final class Peer: HTTPClient {
        private let answers: Mutex<[Result<Int, HTTPError>]>
        private let asked = Mutex<[HTTPRequest]>([])
        init(_ answers: [Result<Int, HTTPError>]) { self.answers = Mutex(answers) }
        var requests: [HTTPRequest] { asked.withLock { $0 } }

        func send(_ request: HTTPRequest) throws(HTTPError) -> HTTPResponse {
            asked.withLock { $0.append(request) }
            guard let answer = answers.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else {
                throw .notSent("more calls than answers")
            }
            return HTTPResponse(status: try answer.get())
        }
    }

    enum End: Sendable { case taken, unavailable, rejected }
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var answers: [Result<Int, HTTPError>]
        var end: End
    }
    static let rows = [
        Row(testDescription: "taken", answers: [.success(200)], end: .taken),
        Row(testDescription: "without content", answers: [.success(204)], end: .taken),
        Row(testDescription: "the second time", answers: [.success(503), .success(200)], end: .taken),
        Row(
            testDescription: "not reached, then an answer lost",
            answers: [.failure(.notSent("x")), .failure(.outcomeUnknown("x"))], end: .unavailable),
        Row(testDescription: "busy twice", answers: [.success(429), .success(500)], end: .unavailable),
        Row(testDescription: "not believed: asked once", answers: [.success(401)], end: .rejected),
        Row(testDescription: "sent elsewhere: not followed", answers: [.success(307)], end: .rejected),
    ]
    @Test(arguments: rows) func `sends until it is taken, twice at most`(row: Row) async {
        let peer = Peer(row.answers)
        let webhook = SignedWebhook(url: "https://x.example/hook", secret: "s", client: peer)
        let now = Timestamp(seconds: 1_677_175_200)
        let body = Array("{}".utf8)
        var end = End.taken
        do throws(ServiceError) {
            try await webhook.send(body, at: now)
        } catch {
            if case .rejected = error { end = .rejected } else { end = .unavailable }
        }
        #expect(end == row.end)
        #expect(peer.requests.count == row.answers.count)
        for request in peer.requests {
            #expect(request.method == .post && request.url == "https://x.example/hook" && request.body == body)
            let header = request.headers.first { $0.name == MessageSignature.headerName }?.value
            #expect(header == MessageSignature.header(signing: body, secret: "s", at: now))
        }
    }
}
