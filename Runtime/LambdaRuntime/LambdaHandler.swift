/// A Lambda function: one event in, one reply out.
package protocol LambdaHandler: Sendable {
    associatedtype Event: Decodable
    associatedtype Reply: Encodable

    /// Answers one event. What it throws reaches the caller as the function's error (see ``FunctionFailure``); the
    /// process goes on to the next event.
    func handle(_ event: Event, context: InvocationContext) async throws -> Reply
}

/// A Lambda function that sends its reply while it is still working on it.
///
/// - Note: Source: AWS Lambda Developer Guide, "Response streaming".
package protocol StreamingLambdaHandler: Sendable {
    associatedtype Event: Decodable

    /// Writes the reply into `response`. What it throws before the first byte is an ordinary error; after that the
    /// caller gets what was sent, and the error as trailers.
    func handle(_ event: Event, response: ResponseStream, context: InvocationContext) async throws
}
