import JSON
import LambdaRuntime
import Testing
import Time

struct StreamingTests {
    struct Told: Error, CustomStringConvertible { var description: String { "told" } }

    /// Writes each text of the event; `!` throws.
    struct Handler: StreamingLambdaHandler {
        var isHTTP = false

        func handle(_ event: [String], response: ResponseStream, context: InvocationContext) async throws {
            if isHTTP { try response.beginHTTP(status: 206, headers: [("x-a", "b")], cookies: ["c=d"]) }
            for text in event {
                if text == "!" { throw Told() }
                try response.write(Array(text.utf8))
            }
        }
    }

    static func run(_ event: String, by handler: Handler = Handler()) async throws -> FakeTransport {
        let transport = FakeTransport(events: [event])
        try await RuntimeLoop(handler).run(
            over: transport, logger: LogLines().logger(), now: { Timestamp(milliseconds: 0) })
        return transport
    }

    @Test func `sends each piece as it is written`() async throws {
        let transport = try await Self.run(#"["ab","c"]"#)
        let post = try #require(transport.posts.first)
        #expect(post.path == "/2018-06-01/runtime/invocation/r1/response")
        #expect(post.headers["Lambda-Runtime-Function-Response-Mode"] == "streaming")
        #expect(post.headers["Content-Type"] == "application/octet-stream")
        #expect(transport.chunks == [Array("ab".utf8), Array("c".utf8)])
        #expect(transport.trailers.isEmpty)
    }

    @Test func `a reply of nothing is a reply`() async throws {
        #expect(try await Self.run("[]").posts.map(\.body) == [[]])
    }

    @Test func `an error before the first byte is an ordinary error`() async throws {
        let transport = try await Self.run(#"["!"]"#)
        #expect(transport.posts.map(\.path) == ["/2018-06-01/runtime/invocation/r1/error"])
        #expect(transport.posts.first?.json?["errorMessage"] == "told")
    }

    @Test func `an error after the first byte goes into the trailers`() async throws {
        let transport = try await Self.run(#"["ab","!","c"]"#)
        let post = try #require(transport.posts.first)
        #expect(post.body == Array("ab".utf8))
        #expect(post.headers["Trailer"] == "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body")
        #expect(transport.trailers["Lambda-Runtime-Function-Error-Type"] == "Function.Told")
        // {"errorType":"Told","errorMessage":"told","stackTrace":[]}
        #expect(
            transport.trailers["Lambda-Runtime-Function-Error-Body"]
                == "eyJlcnJvclR5cGUiOiJUb2xkIiwiZXJyb3JNZXNzYWdlIjoidG9sZCIsInN0YWNrVHJhY2UiOltdfQ==")
    }

    @Test func `an HTTP reply begins with its status and headers`() async throws {
        let transport = try await Self.run(#"["ab"]"#, by: Handler(isHTTP: true))
        let post = try #require(transport.posts.first)
        #expect(post.headers["Content-Type"] == "application/vnd.awslambda.http-integration-response")
        let prelude = #"{"statusCode":206,"headers":{"x-a":"b"},"cookies":["c=d"]}"#
        #expect(post.body == Array(prelude.utf8) + [UInt8](repeating: 0, count: 8) + Array("ab".utf8))
    }
}
