import DequeModule
package import Time

/// What a FIFO queue remembers of the messages it took, so that the same one sent again is taken once.
///
/// - Note: Source: Amazon SQS Developer Guide, "Exactly-once processing in Amazon SQS".
package struct Deduplication {
    /// How long a message sent again is recognised.
    package static let interval = Duration.seconds(300)

    package struct Entry: Hashable, Sendable {
        package var messageID: String
        package var sequenceNumber: String
        package var sentAt: Timestamp

        package init(messageID: String, sequenceNumber: String, sentAt: Timestamp) {
            self.messageID = messageID
            self.sequenceNumber = sequenceNumber
            self.sentAt = sentAt
        }
    }

    private var entries: [String: Entry] = [:]
    /// In the order of their time; the clock never goes back.
    private var order: Deque<(key: String, sentAt: Timestamp)> = []

    package init() {}

    /// - Parameter group: with the deduplication scope `messageGroup`.
    package static func key(_ deduplicationID: String, group: String?) -> String {
        // Neither may contain a space.
        group.map { "\($0) \(deduplicationID)" } ?? deduplicationID
    }

    package subscript(_ key: String) -> Entry? { entries[key] }

    package mutating func remember(_ key: String, _ entry: Entry) {
        entries[key] = entry
        order.append((key, entry.sentAt))
    }

    /// Forgets what is past the interval.
    ///
    /// - Returns: the forgotten keys.
    package mutating func forget(at now: Timestamp) -> [String] {
        var forgotten: [String] = []
        while let first = order.first, first.sentAt + Self.interval <= now {
            order.removeFirst()
            if entries[first.key]?.sentAt == first.sentAt {
                entries[first.key] = nil
                forgotten.append(first.key)
            }
        }
        return forgotten
    }

    package mutating func removeAll() -> [String] {
        defer { (entries, order) = ([:], []) }
        return Array(entries.keys)
    }
}
