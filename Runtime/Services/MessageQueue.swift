/// A queue whose messages come to a consumer at least once, in no order.
package protocol MessageQueue: Sendable {
    /// Sends every message, and returns once all are kept.
    ///
    /// - Parameter messages: any number. None is a no-op.
    /// - Throws: `.throttled` and `.unavailable` if a retry may work, `.unknownOutcome` if an answer was lost,
    ///   `.rejected` if a message can't be taken as it stands. In every case some of the messages may be in the queue:
    ///   send all again, as a consumer must take the same message twice anyway.
    /// - Note: Source: Amazon SQS API Reference, SendMessageBatch.
    func send(_ messages: [QueueMessage]) async throws(ServiceError)
}

package struct QueueMessage: Hashable, Sendable {
    package static let bodyBytesMax = 262_144
    package static let delayMax: Duration = .seconds(900)

    /// 1...``bodyBytesMax`` bytes of UTF-8.
    package var body: String
    /// Until a consumer may see it: 0...``delayMax``; a part of a second counts as a whole one.
    package var delay: Duration

    package init(body: String, delay: Duration = .zero) {
        self.body = body
        self.delay = delay
    }
}
