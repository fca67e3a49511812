/// The body of a message in the queue of RefundVotes: one part of the voters of a cancelled voting.
package struct VoteRefundMessage: Codable, Hashable, Sendable {
    package var votingID: String
    /// 0..<`Participation.shards`
    package var shard: Int
    /// The sort key of the last participation that was dealt with; nil at the start of the part.
    package var after: String?

    package init(votingID: String, shard: Int, after: String? = nil) {
        self.votingID = votingID
        self.shard = shard
        self.after = after
    }
}
