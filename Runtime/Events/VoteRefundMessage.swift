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
