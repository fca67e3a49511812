package import Domain
import Items
package import JSON
package import Services
package import Time

/// One user's inbox, as the app reads and marks it, over HTTP or a connection (R20).
package struct Inbox: Sendable {
    /// Ids that can be marked at once.
    package static let markedMax = InboxMessage.pageMessagesMax

    private let userID: String
    private let store: any ItemStore

    package init(of userID: String, store: any ItemStore) {
        self.userID = userID
        self.store = store
    }

    /// A page, the newest messages first, and how many of all are unread. `next` of one page is `after` of the next.
    ///
    /// Reads the whole inbox: its keys tell messages apart, and their order says nothing of time.
    ///
    /// - Parameter after: nil for the first page.
    /// - Throws: ``TooManyPages`` beyond ``InboxMessage/inboxPagesMax``.
    package func page(unreadOnly: Bool, after: InboxPlace?, at now: Timestamp) async throws -> JSONObject {
        var messages: [InboxMessage] = []
        let query = ItemQuery(
            .users, partition: InboxMessage.partition(of: userID), limit: InboxMessage.readMessagesMax)
        try await store.forEachPage(of: query, pagesMax: InboxMessage.inboxPagesMax) { items in
            for item in items { messages.append(try InboxMessage(item: item)) }
        }
        let page = inboxPage(of: messages, unreadOnly: unreadOnly, after: after, at: now)
        return [
            "messages": .array(page.messages.map { .object($0.json) }), "unread": .number(JSONNumber(page.unread)),
            "next": page.next.map { .string($0.cursor) } ?? .null,
        ]
    }

    /// Marks messages as read.
    ///
    /// - Parameter ids: 1...``markedMax`` distinct ones; what is not there, or read, is left out.
    /// - Returns: how many were marked by this.
    package func markRead(_ ids: [String], at now: Timestamp, requestID: String) async throws -> Int {
        try await retryingConflicts { attempt in
            let items = try await store.items(at: ids.map { InboxMessage.key($0, of: userID) })
            let writes = try readingWrites(of: items, at: now)
            try await store.commit(writes, token: attempt.token(requestID))
            return writes.count
        }
    }

    /// Whether these are ids that can be marked: some, not too many, each once.
    package static func canMark(_ ids: [String]) -> Bool {
        (1...markedMax).contains(ids.count) && Set(ids).count == ids.count
            && ids.allSatisfy { (1...idBytesMax).contains($0.utf8.count) }
    }

    private static let idBytesMax = 512
}
