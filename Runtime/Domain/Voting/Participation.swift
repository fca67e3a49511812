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

    package var registeredAt: Timestamp?
    package var vote: Vote?

    package init(registeredAt: Timestamp? = nil, vote: Vote? = nil) {
        self.registeredAt = registeredAt
        self.vote = vote
    }
}

extension Participation {
    /// One voting's users are spread over this many partitions, each good for 1,000 writes per second, so that
    /// a final's votes do not wait for one another. Never change it: the keys of stored items depend on it.
    package static let shards = 256

    package static func key(of userID: String, in votingID: String) -> ItemKey {
        ItemKey(.votings, "P#\(votingID)#\(shard(of: userID))", "U#\(userID)")
    }

    package static func shard(of userID: String) -> Int { UserShard.of(userID, among: shards) }

    package init(item: Item) throws(MalformedItem) {
        let reader = ItemReader(item, "participation")
        registeredAt = try reader.optional("registeredAt", reader.time)
        if let votedAt = try reader.optional("votedAt", reader.time) {
            vote = Vote(
                optionID: try reader.string("optionID"), votedAt: votedAt, requestID: try reader.string("requestID"))
        }
    }
}
