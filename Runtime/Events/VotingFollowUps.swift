/// What a voting's end sets off: the input of CountVotes, as its schedule holds it.
package struct FinalCountEvent: Codable, Hashable, Sendable {
    package var votingID: String
    /// Of the voting when the schedule was made: an end moved since then makes it void.
    package var scheduleVersion: Int

    package init(votingID: String, scheduleVersion: Int) {
        self.votingID = votingID
        self.scheduleVersion = scheduleVersion
    }
}

/// The body of a message in the queue of RefundVotes: one part of the voters of a cancelled voting.
package struct VoteRefundMessage: Codable, Hashable, Sendable {
    package var votingID: String
    /// 0..<`Participation.shards`
    package var shard: Int

    package init(votingID: String, shard: Int) {
        self.votingID = votingID
        self.shard = shard
    }
}
