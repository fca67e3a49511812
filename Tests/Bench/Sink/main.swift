import LambdaRuntime

/// Takes any event and does nothing: what is left is the cost of bringing it there.
struct SinkHandler: LambdaHandler {
    func handle(_ event: AnyEvent, context: InvocationContext) async throws -> Done { Done() }
}

/// Looks at nothing of an event but that it is an object.
struct AnyEvent: Decodable {}

/// Good as an HTTP reply, and for everything else that wants none.
struct Done: Encodable {
    var statusCode = 200
    var body = "done"
}

try await RuntimeLoop(SinkHandler()).run()
