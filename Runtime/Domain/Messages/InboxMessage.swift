package import Items
package import Time

/// One user's copy of a message, from when it was sent until it expires (R20).
package struct InboxMessage: StoredEntity, Hashable {
    /// How long it can be fetched.
    package static let lifetime: Duration = .seconds(30 * 86_400)
    /// The most that are read at once.
    package static let readMessagesMax = 1_000
    /// So often at most: DynamoDB gives 1 MB at once, some 400 messages with the longest text, so that this is far more
    /// than come within ``lifetime``.
    package static let inboxPagesMax = 50
    /// The most that are given at once; with the longest text they fit one WebSocket message.
    package static let pageMessagesMax = 20

    package var userID: String
    package var content: MessageContent
    package var sentAt: Timestamp
    package var readAt: Timestamp?

    package init(userID: String, content: MessageContent, sentAt: Timestamp, readAt: Timestamp? = nil) {
        self.userID = userID
        self.content = content
        self.sentAt = sentAt
        self.readAt = readAt
    }

    /// Distinct within the user's inbox.
    package var id: String { "\(content.kind.rawValue)#\(content.reference)#\(content.version)" }

    package static func partition(of userID: String) -> String { "INBOX#" + userID }

    package static func key(_ id: String, of userID: String) -> ItemKey { ItemKey(.users, partition(of: userID), id) }

    package init(item: Item) throws(MalformedItem) {
        let reader = ItemReader(item, "inbox message")
        userID = try reader.id(after: "INBOX#")
        guard let kind = MessageKind(rawValue: try reader.string("kind")) else {
            throw MalformedItem("inbox message", "kind")
        }
        content = MessageContent(
            kind: kind, reference: try reader.string("reference"), version: try reader.integer("version"),
            title: try reader.string("title"), text: try reader.string("text"),
            at: try reader.optional("at", reader.time))
        sentAt = try reader.time("sentAt")
        readAt = try reader.optional("readAt", reader.time)
    }

    var item: Item {
        var item = Self.key(id, of: userID).attributes
        item["kind"] = .string(content.kind.rawValue)
        item["reference"] = .string(content.reference)
        item["version"] = .number(content.version)
        item["title"] = .string(content.title)
        item["text"] = .string(content.text)
        if let at = content.at { item["at"] = .time(at) }
        item["sentAt"] = .time(sentAt)
        item[ItemName.expiry] = .expiry(sentAt + Self.lifetime)
        return item
    }
}

/// What storing a message in an inbox comes to.
package enum InboxOutcome: Hashable, Sendable {
    case stored
    /// Sent before: never again.
    case alreadySent
    /// Not a recipient any more: voted, or withdrew the consent, since the list was read.
    case notWanted
}

/// The one transaction that puts a message into an inbox: if the user may have it at that instant, and has not got it.
package func inboxWrites(_ message: InboxMessage, among recipients: Recipients) -> [ItemWrite] {
    [.insert(message.item, in: .users), recipients.check(of: message.userID)]
}

/// What it means that those writes failed on what they found.
///
/// - Parameter stored: as a conflict brings it, in the order of ``inboxWrites(_:among:)``.
package func inboxOutcome(ofConflict stored: [Item?]) -> InboxOutcome {
    // A message that is there is found under its key; else it is the check that failed.
    (stored.first ?? nil) == nil ? .notWanted : .alreadySent
}

/// Where in an inbox a page ends, the newest being first.
package struct InboxPlace: Hashable, Sendable {
    package var sentAt: Timestamp
    package var messageID: String

    package init(sentAt: Timestamp, messageID: String) {
        self.sentAt = sentAt
        self.messageID = messageID
    }

    fileprivate init(of message: InboxMessage) { self.init(sentAt: message.sentAt, messageID: message.id) }

    /// Whether it comes first: sent later, or of the same instant the one with the lesser id.
    fileprivate func isBefore(_ other: InboxPlace) -> Bool {
        (other.sentAt, messageID) < (sentAt, other.messageID)
    }
}

/// A part of an inbox, the newest first.
package struct InboxPage: Hashable, Sendable {
    /// At most ``InboxMessage/pageMessagesMax``.
    package var messages: [InboxMessage]
    /// Of the whole inbox.
    package var unread: Int
    /// After which there are more; nil if there are none.
    package var next: InboxPlace?
}

/// The newest of an inbox first, without those that have expired at `now`.
///
/// - Parameters:
///   - messages: all, in any order.
///   - after: where the page before ended; nil for the first page.
package func inboxPage(
    of messages: [InboxMessage], unreadOnly: Bool, after: InboxPlace? = nil, at now: Timestamp
) -> InboxPage {
    // DynamoDB removes what has expired some days later.
    let current = messages.filter { now < $0.sentAt + InboxMessage.lifetime }
    let unread = current.filter { $0.readAt == nil }
    let rest = (unreadOnly ? unread : current).filter { after?.isBefore(InboxPlace(of: $0)) ?? true }
        .sorted { InboxPlace(of: $0).isBefore(InboxPlace(of: $1)) }
    let page = Array(rest.prefix(InboxMessage.pageMessagesMax))
    return InboxPage(
        messages: page, unread: unread.count, next: page.count < rest.count ? page.last.map(InboxPlace.init) : nil)
}

/// The writes that mark messages as read: those that are there and were not read before; what is read stays read at
/// the first time.
///
/// - Parameter items: what is stored under the ids that the user named, nil where nothing is.
package func readingWrites(of items: [Item?], at now: Timestamp) throws(MalformedItem) -> [ItemWrite] {
    var writes: [ItemWrite] = []
    for case let item? in items {
        let message = try InboxMessage(item: item)
        guard message.readAt == nil else { continue }
        writes.append(
            .update(
                InboxMessage.key(message.id, of: message.userID), [.set("readAt", .time(now))],
                if: .all([.itemPresent, .notExists("readAt")])))
    }
    return writes
}
