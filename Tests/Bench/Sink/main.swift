import LambdaRuntime

/// Takes any event and does nothing: what is left is the cost of bringing it there.
struct SinkHandler: LambdaHandler {
    func handle(_ event: AnyEvent, context: InvocationContext) async throws -> Reply {
        Reply(body: event.requestContext?.connectionId ?? "done")
    }
}

/// Looks at nothing of an event but whether it came over a WebSocket, whose id is then the answer.
struct AnyEvent: Decodable {
    struct Context: Decodable {
        var connectionId: String?
    }
    var requestContext: Context?
}

/// Good as an HTTP reply, and for everything else that wants none.
struct Reply: Encodable {
    var statusCode = 200
    var body: String
}

try await RuntimeLoop(SinkHandler()).run()
