package import Time

/// A message in a queue.
package struct QueueMessage: Sendable {
    package enum State: Hashable, Sendable {
        case ready
        case delayed(until: Timestamp)
        case inFlight(until: Timestamp)
    }

    /// Its place in the queue; rises with the time of arrival and is never used again.
    package var number: Int64
    package var id: String
    package var body: String
    package var attributes: [MessageAttribute] = []
    package var traceHeader: String?
    package var senderID: String
    package var sentAt: Timestamp
    package var groupID: String?
    package var deduplicationID: String?
    /// The queue from which it was moved here after too many receives.
    package var deadLetterSourceARN: String?
    /// How often it had been received before it was moved here.
    package var earlierReceives = 0

    package var state = State.ready
    package var receiveCount = 0
    package var firstReceivedAt: Timestamp?

    package init(number: Int64, id: String, body: String, senderID: String, sentAt: Timestamp) {
        self.number = number
        self.id = id
        self.body = body
        self.senderID = senderID
        self.sentAt = sentAt
    }

    /// 20 digits that rise in the order of texts too.
    package var sequenceNumber: String { "1" + QueueMessage.padded(number) }

    /// 19 digits.
    static func padded(_ number: Int64) -> String {
        let text = String(number)
        return String(repeating: "0", count: 19 - text.utf8.count) + text
    }
}
