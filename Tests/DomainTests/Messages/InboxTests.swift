import Domain
import Items
import Testing
import Time

struct InboxTests {
    static let now = Timestamp(seconds: 2_000_000_000)
    static let content = MessageContent(
        kind: .reminder, reference: "v", version: 2, title: "T", text: "t", at: now, concernsPaidVoting: false)
    static func message(_ index: Int = 0, age: Duration = .zero, read: Bool = false) -> InboxMessage {
        var content = content
        content.version = index
        return InboxMessage(userID: "ada", content: content, sentAt: now - age, readAt: read ? now : nil)
    }
    static func share(_ kind: MessageKind) -> MessageShare {
        MessageShare(kind: kind, reference: "v", version: 2, shard: 5)
    }

    struct RecipientsRow: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var kind: MessageKind
        var table: TableName
        var partition: String
        var filter: Condition?
    }
    static let recipients = [
        RecipientsRow(
            testDescription: "who wants reminders", kind: .reminder, table: .users, partition: "PREF#REMIND#5"),
        RecipientsRow(
            testDescription: "who consented to updates", kind: .update, table: .users, partition: "PREF#UPDATES#5"),
        RecipientsRow(
            testDescription: "who registered and has not voted", kind: .alert, table: .votings, partition: "P#v#5",
            filter: .all([.exists("registeredAt"), .notExists("votedAt")])),
    ]

    @Test(arguments: recipients) func `a message is stored if the user may have it at that instant`(
        row: RecipientsRow
    ) throws {
        let recipients = Recipients(of: Self.share(row.kind))
        #expect((recipients.table, recipients.partition, recipients.filter) == (row.table, row.partition, row.filter))
        let writes = inboxWrites(Self.message(2), among: recipients)
        guard writes.count == 2, case .put(let item, .users, .itemAbsent?) = writes[0] else {
            Issue.record("not an insert and a check: \(writes)")
            return
        }
        #expect(item["pk"] == "INBOX#ada" && item["sk"] == "REMINDER#v#2")
        #expect(item["expiresAt"] == .number(2_000_000_000 + 30 * 86_400))
        #expect(try InboxMessage(item: item) == Self.message(2))
        #expect(writes[1] == .check(ItemKey(row.table, row.partition, "U#ada"), row.filter ?? .itemPresent))
    }

    @Test func `what failed says why`() {
        #expect(inboxOutcome(ofConflict: [["pk": "INBOX#ada"], nil]) == .alreadySent)
        #expect(inboxOutcome(ofConflict: [["pk": "INBOX#ada"], ["pk": "P"]]) == .alreadySent)
        #expect(inboxOutcome(ofConflict: [nil, ["votedAt": 1]]) == .notWanted)
        #expect(inboxOutcome(ofConflict: [nil, nil]) == .notWanted)
    }

    @Test func `a page is the newest first, without what has expired`() {
        let messages =
            (0..<30).map { Self.message($0, age: .seconds($0), read: $0 % 2 == 1) }
            + [
                Self.message(99, age: InboxMessage.lifetime),
                Self.message(98, age: InboxMessage.lifetime - .milliseconds(1)),
            ]
        let all = inboxPage(of: messages.shuffled(), unreadOnly: false, at: Self.now)
        #expect(all.messages.map(\.content.version) == Array(0..<20))
        #expect(all.unread == 16)
        let unread = inboxPage(of: messages.shuffled(), unreadOnly: true, at: Self.now)
        #expect(unread.messages.map(\.content.version) == Array(stride(from: 0, to: 30, by: 2)) + [98])
    }

    @Test func `page after page brings every message once, the newest first`() {
        // Two of each instant, so that a page ends between them.
        let messages = (0..<45).map { Self.message($0, age: .seconds($0 / 2), read: $0 % 3 == 0) }
        let sorted = messages.sorted { ($1.sentAt, $0.id) < ($0.sentAt, $1.id) }
        for unreadOnly in [false, true] {
            var seen: [InboxMessage] = []
            var place: InboxPlace?
            repeat {
                let page = inboxPage(of: messages.shuffled(), unreadOnly: unreadOnly, after: place, at: Self.now)
                #expect(page.unread == 30)
                #expect(page.messages.count == 20 || page.next == nil)
                seen += page.messages
                place = page.next
            } while place != nil && seen.count < 100
            #expect(seen == sorted.filter { !unreadOnly || $0.readAt == nil })
        }
    }

    @Test func `a page that takes the last says so`() {
        #expect(inboxPage(of: (0..<20).map { Self.message($0) }, unreadOnly: false, at: Self.now).next == nil)
        #expect(inboxPage(of: (0..<21).map { Self.message($0) }, unreadOnly: false, at: Self.now).next != nil)
        #expect(inboxPage(of: [], unreadOnly: false, at: Self.now).next == nil)
    }

    @Test func `reading marks what is there and unread, once`() throws {
        let items = [Self.message(1), Self.message(2, read: true)].map(Self.item) + [nil]
        #expect(
            try readingWrites(of: items, at: Self.now) == [
                .update(
                    ItemKey(.users, "INBOX#ada", "REMINDER#v#1"), [.set("readAt", .number(2_000_000_000_000))],
                    if: .all([.itemPresent, .notExists("readAt")]))
            ])
    }

    /// As it is stored.
    static func item(_ message: InboxMessage) -> Item? {
        guard case .put(var item, _, _) = inboxWrites(message, among: Recipients(of: share(.reminder)))[0] else {
            return nil
        }
        if let readAt = message.readAt { item["readAt"] = .number(Int(readAt.milliseconds)) }
        return item
    }
}
