package import Items

/// Who may be sent a message: the items that say so, and what must hold of each when the message is stored.
package struct Recipients: Hashable, Sendable {
    /// Users of one page: even a batch of pages, with a twentieth of a second for each user, takes half the function's
    /// time.
    package static let pageUsersMax = 25

    package let table: TableName
    package let partition: String
    /// Keeps those to whom it may go; nil if all in the partition may have it.
    package let filter: Condition?

    /// The recipients of one shard (R17: the switch is on; R18: consented; R19: registered and not voted).
    package init(of share: MessageShare) {
        switch share.kind {
        case .reminder: self.init(.users, Preference.partition(.reminders, shard: share.shard))
        case .update: self.init(.users, Preference.partition(.updates, shard: share.shard))
        case .alert:
            self.init(
                .votings, Participation.partition(share.shard, of: share.reference),
                filter: .all([.exists("registeredAt"), .notExists("votedAt")]))
        }
    }

    private init(_ table: TableName, _ partition: String, filter: Condition? = nil) {
        self.table = table
        self.partition = partition
        self.filter = filter
    }

    /// The user that an item of the partition stands for.
    package static func userID(of item: Item) throws(MalformedItem) -> String {
        try UserKey.userID(of: item, "recipient")
    }

    /// Fails unless the user may still have the message at the instant it is stored.
    func check(of userID: String) -> ItemWrite {
        .check(ItemKey(table, partition, UserKey.sort(of: userID)), filter ?? .itemPresent)
    }
}
