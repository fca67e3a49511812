package import Items
package import Time

/// What one user does in one voting: registration, the vote and its uniqueness in one item (R2).
package struct Participation: StoredEntity, Hashable {
    /// A vote that counts; it is never changed.
    package struct Vote: Hashable, Sendable {
        package var optionID: String
        package var votedAt: Timestamp
        /// The request that cast it: the same request come again is the same vote.
        package var requestID: String
        package init(optionID: String, votedAt: Timestamp, requestID: String) {
            self.optionID = optionID
            self.votedAt = votedAt
            self.requestID = requestID
        }
    }

    /// When the user asked to be alerted of this voting, which nobody need do to vote.
    package var registeredAt: Timestamp?
    /// When the user last took that back: the audit of alerts asks for it.
    package var unregisteredAt: Timestamp?
    package var vote: Vote?
    /// When the credit of a vote came back because the voting was cancelled.
    package var refundedAt: Timestamp?

    package init(
        registeredAt: Timestamp? = nil, unregisteredAt: Timestamp? = nil, vote: Vote? = nil,
        refundedAt: Timestamp? = nil
    ) {
        self.registeredAt = registeredAt
        self.unregisteredAt = unregisteredAt
        self.vote = vote
        self.refundedAt = refundedAt
    }
}

extension Participation {
    /// One voting's users are spread over this many partitions, each good for 1,000 writes per second, so that
    /// a final's votes do not wait for one another. Never change it: the keys of stored items depend on it.
    package static let shards = 256

    package static func key(of userID: String, in votingID: String) -> ItemKey {
        ItemKey(.votings, partition(shard(of: userID), of: votingID), UserKey.sort(of: userID))
    }

    /// - Parameter shard: 0..<``shards``.
    package static func partition(_ shard: Int, of votingID: String) -> String { "P#\(votingID)#\(shard)" }

    /// Whose participation an item is.
    package static func userID(of item: Item) throws(MalformedItem) -> String {
        try UserKey.userID(of: item, "participation")
    }

    /// The voting that an item with this key takes part in; nil if it is no participation.
    package static func votingID(ofKey key: Item) -> String? {
        guard let partition = key[ItemKey.partitionName]?.string, partition.hasPrefix("P#"),
            let end = partition.lastIndex(of: "#"), end > partition.index(after: partition.startIndex)
        else { return nil }
        return String(partition[..<end].dropFirst(2))
    }

    package static func shard(of userID: String) -> Int { UserShard.of(userID, among: shards) }

    package init(item: Item) throws(MalformedItem) {
        let reader = ItemReader(item, "participation")
        registeredAt = try reader.optional("registeredAt", reader.time)
        unregisteredAt = try reader.optional("unregisteredAt", reader.time)
        if let votedAt = try reader.optional("votedAt", reader.time) {
            vote = Vote(
                optionID: try reader.string("optionID"), votedAt: votedAt, requestID: try reader.string("requestID"))
        }
        refundedAt = try reader.optional("refundedAt", reader.time)
    }
}
