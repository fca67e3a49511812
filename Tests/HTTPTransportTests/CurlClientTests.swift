import HTTPTransport
import LoopbackServer
import Machine
import Testing

struct CurlClientTests {
    static let accepted = "HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\nX-Answer:  yes \r\n\r\nok"
    static let client = CurlClient(
        limits: .init(connect: .milliseconds(300), total: .milliseconds(300), responseBytesMax: 100))

    struct MethodRow: Sendable, CustomTestStringConvertible {
        var method: HTTPRequest.Method
        var body = ""
        var tail: String
        var testDescription: String { "\(method.rawValue) of \(body.utf8.count) bytes" }
    }
    static let methods = [
        MethodRow(method: .get, tail: "\r\n\r\n"),
        MethodRow(method: .post, body: "hello", tail: "\r\n\r\nhello"),
        MethodRow(method: .post, tail: "\r\n\r\n"),
        MethodRow(method: .put, body: "hello", tail: "\r\n\r\nhello"),
        MethodRow(method: .delete, tail: "\r\n\r\n"),
        MethodRow(method: .get, tail: "\r\n\r\n"),
    ]

    @Test func `each method goes over the same connection as it should`() throws {
        let server = try ScriptedServer([Self.methods.map { _ in .answer([Self.accepted]) }])
        let client = CurlClient()
        for (index, row) in Self.methods.enumerated() {
            let response = try client.send(
                HTTPRequest(
                    row.method, "http://\(server.address)/a/../\(index)?q=%20",
                    headers: [("X-A", "b"), ("X-Empty", "")],
                    body: Array(row.body.utf8)))
            #expect(response.status == 202)
            #expect(response.body == Array("ok".utf8))
            #expect(response.header("x-answer") == "yes")
            #expect(response.header("x-other") == nil)
            let request = server.requests[index]
            #expect(request.hasPrefix("\(row.method.rawValue) /a/../\(index)?q=%20 HTTP/1.1\r\n"))
            #expect(request.hasSuffix(row.tail))
            #expect(request.contains("\r\nX-A: b\r\n"))
            #expect(request.contains("\r\nX-Empty:\r\n"))
            #expect(!request.contains("Expect:"))
            if row.method == .post || row.method == .put {
                #expect(request.contains("\r\nContent-Length: \(row.body.utf8.count)\r\n"))
            }
        }
    }

    @Test(arguments: [(2, true), (1, false), (0, false), (101, true)])
    func `a request may want less than the client takes`(bytesMax: Int, fits: Bool) throws {
        let server = try ScriptedServer([[.answer([Self.accepted])], [.answer([Self.accepted])]])
        let client = CurlClient(limits: .init(responseBytesMax: 100))
        let request = HTTPRequest(.get, "http://\(server.address)/", responseBytesMax: bytesMax)
        if fits {
            #expect(try client.send(request).body == Array("ok".utf8))
        } else {
            #expect(throws: HTTPError.responseTooLarge(bytesMax: bytesMax)) { try client.send(request) }
            // The next one is none the worse for it.
            #expect(try client.send(HTTPRequest(.get, "http://\(server.address)/")).status == 202)
        }
    }

    @Test func `HEAD has no body`() throws {
        let server = try ScriptedServer([
            [.answer(["HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"]), .answer([Self.accepted])]
        ])
        let client = CurlClient()
        #expect(try client.send(HTTPRequest(.head, "http://\(server.address)/")).header("content-length") == "7")
        #expect(try client.send(HTTPRequest(.get, "http://\(server.address)/")).body == Array("ok".utf8))
    }

    @Test func `a head that comes before the one that counts is dropped`() throws {
        let server = try ScriptedServer([[.answer(["HTTP/1.1 100 Continue\r\nX-Answer: no\r\n\r\n" + Self.accepted])]])
        #expect(try Self.client.send(HTTPRequest(.post, "http://\(server.address)/")).header("X-Answer") == "yes")
    }

    @Test(arguments: [.get, .post] as [HTTPRequest.Method])
    func `a connection that the server closed meanwhile is opened anew`(method: HTTPRequest.Method) throws {
        let server = try ScriptedServer([[.answer([Self.accepted])], [.answer([Self.accepted])]])
        let client = CurlClient()
        #expect(try client.send(HTTPRequest(method, "http://\(server.address)/1")).status == 202)
        while server.requests.last != "CLOSED" {}
        #expect(try client.send(HTTPRequest(method, "http://\(server.address)/2")).status == 202)
    }

    @Test func `a POST that got no answer on a connection used before is not sent again`() throws {
        // libcurl opens the second connection to send again, and closes it without having sent.
        let server = try ScriptedServer([
            [.answer([Self.accepted]), .hangUp], [.answer([Self.accepted])], [.answer([Self.accepted])],
        ])
        let client = CurlClient()
        #expect(try client.send(HTTPRequest(.post, "http://\(server.address)/1", body: [1])).status == 202)
        let error = #expect(throws: HTTPError.self) {
            try client.send(HTTPRequest(.post, "http://\(server.address)/2", body: [1]))
        }
        #expect(error == .outcomeUnknown("the connection closed before the answer"))
        #expect(server.requests.count { $0.hasPrefix("POST") } == 2)
        #expect(try client.send(HTTPRequest(.post, "http://\(server.address)/3", body: [1])).status == 202)
    }

    @Test func `a GET that got no answer on a connection used before is sent again`() throws {
        let server = try ScriptedServer([[.answer([Self.accepted]), .hangUp], [.answer([Self.accepted])]])
        let client = CurlClient()
        for _ in 1...2 { #expect(try client.send(HTTPRequest(.get, "http://\(server.address)/")).status == 202) }
        #expect(server.requests.count { $0.hasPrefix("GET") } == 3)
    }

    @Test func `the work in hand's time bounds a call`() throws {
        let server = try ScriptedServer([[.silence]])
        let started = ContinuousClock.now
        let left = CurlClient.reserve + .milliseconds(100)
        let error = #expect(throws: HTTPError.self) {
            try WorkDeadline.$current.withValue(started + left) {
                try CurlClient().send(HTTPRequest(.post, "http://\(server.address)/", body: [1]))
            }
        }
        guard case .outcomeUnknown = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let took = ContinuousClock.now - started
        #expect(took >= .milliseconds(90))
        #expect(took < left)
    }

    @Test func `a deadline far away leaves a call its own limit`() throws {
        let server = try ScriptedServer([[.silence]])
        let started = ContinuousClock.now
        #expect(throws: HTTPError.self) {
            try WorkDeadline.$current.withValue(started + .seconds(900)) {
                try Self.client.send(HTTPRequest(.post, "http://\(server.address)/", body: [1]))
            }
        }
        #expect((.milliseconds(290)..<(.seconds(2))).contains(ContinuousClock.now - started))
    }

    @Test func `without time a call is not sent`() throws {
        let server = try ScriptedServer([[.answer([Self.accepted])]])
        let request = HTTPRequest(.post, "http://\(server.address)/", body: [1])
        #expect(throws: HTTPError.notSent("no time is left for it")) {
            // What is left counts down from here.
            try WorkDeadline.$current.withValue(.now + CurlClient.reserve + CurlClient.callTimeMin) {
                try Self.client.send(request)
            }
        }
        #expect(server.requests.isEmpty)
        #expect(try Self.client.send(request).status == 202)
    }

    @Test func `nobody listens: nothing was sent`() {
        for url in ["http://127.0.0.1:1/", "http://nobody.invalid/", "ftp://127.0.0.1/", "nonsense://"] {
            let error = #expect(throws: HTTPError.self) { try Self.client.send(HTTPRequest(.get, url)) }
            guard case .notSent = error else {
                Issue.record("\(url): \(String(describing: error))")
                continue
            }
        }
    }

    @Test(
        arguments: [.hangUp, .silence, .answer(["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"])]
            as [ScriptedServer.Step])
    func `the answer does not come: nobody knows`(step: ScriptedServer.Step) throws {
        let server = try ScriptedServer([[step]])
        let error = #expect(throws: HTTPError.self) {
            try Self.client.send(HTTPRequest(.post, "http://\(server.address)/", body: [1]))
        }
        guard case .outcomeUnknown = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [(100, true), (101, false)]) func `answers have a ceiling`(size: Int, fits: Bool) throws {
        let body = String(repeating: "x", count: size)
        let server = try ScriptedServer([[.answer(["HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n" + body])]])
        let request = HTTPRequest(.get, "http://\(server.address)/")
        if fits {
            #expect(try Self.client.send(request).body.count == size)
        } else {
            #expect(throws: HTTPError.responseTooLarge(bytesMax: 100)) { try Self.client.send(request) }
        }
    }
}
