package import Items

/// A vote as the table's stream tells of it.
package struct StreamedVote: Hashable, Sendable {
    package var votingID: String
    package var optionID: String
    package var position: StreamPosition

    package init(votingID: String, optionID: String, position: StreamPosition) {
        self.votingID = votingID
        self.optionID = optionID
        self.position = position
    }

    /// The vote that appeared with a change of an item. A vote is never changed, so of all the changes of an item this
    /// is one at most: registrations, refunds and whatever else is done to it are none.
    ///
    /// - Returns: nil if the change brought no vote.
    package init?(
        key: Item, before: Item?, after: Item?, sequenceNumber: String
    ) throws(MalformedItem) {
        guard let votingID = Participation.votingID(ofKey: key), let after, after["votedAt"] != nil,
            before?["votedAt"] == nil
        else { return nil }
        guard let vote = try Participation(item: after).vote else { return nil }
        guard let position = StreamPosition(sequenceNumber: sequenceNumber) else {
            throw MalformedItem("stream record", "SequenceNumber")
        }
        self.init(votingID: votingID, optionID: vote.optionID, position: position)
    }
}

/// What of a batch is new.
package struct TallyUpdate: Hashable, Sendable {
    /// Votes that are counted by the writes.
    package var counted: Int
    /// Votes that were counted before.
    package var known: Int
    /// One for each voting that has new votes.
    package var writes: [ItemWrite]
}

/// Decides which votes of a batch are counted: those behind the high-water mark of their voting and stream shard, which
/// the same write moves (exactly once per vote, whatever is delivered how often).
///
/// Why a mark per stream shard is enough. A change stands in one shard of the stream for ever, and within a shard
/// sequence numbers rise. Lambda hands over a shard's records in order **the first time**; whatever it hands over again
/// — a batch whose answer was lost, its parts after it was split, the rest after a partial failure, the same batch by
/// two pollers at a time — begins at or before the mark. So "at or before the mark" and "counted" are the same thing.
/// When a shard is split, its successors have new ids and new records: they begin without a mark and lose or repeat
/// nothing, in whatever order they are read.
///
/// What this rests on, for whoever changes the mapping: `ParallelizationFactor` is 1, as with more of them the order
/// within a shard holds only for the changes of one item; nothing is passed over (`MaximumRetryAttempts` and
/// `MaximumRecordAgeInSeconds` are -1), as a vote that comes late, behind its successors, would be taken for counted;
/// and the mapping has a tumbling window, for only then does Lambda tell which shard a batch is from.
///
/// - Parameters:
///   - votes: of one stream shard, in any number and order.
///   - marks: of each voting in `votes`, as read; none where nothing of this shard is counted yet. Each comes back as
///     the condition of its write: whoever else counts the same shard makes it fail, and it is decided again.
/// - Note: Source: AWS Lambda Developer Guide, "Implementing stateful DynamoDB stream processing in Lambda": "Records
///   are always processed in order the first time. If records are processed more than once, they might be processed out
///   of order."
package func decideTally(
    _ votes: [StreamedVote], streamShard: String, marks: [String: StreamPosition]
) -> TallyUpdate {
    var update = TallyUpdate(counted: 0, known: 0, writes: [])
    var fresh: [String: [StreamedVote]] = [:]
    var seen: Set<StreamPosition> = []
    for vote in votes {
        // A batch that holds the same change twice counts it once.
        if marks[vote.votingID].map({ vote.position <= $0 }) ?? false || !seen.insert(vote.position).inserted {
            update.known += 1
        } else {
            fresh[vote.votingID, default: []].append(vote)
        }
    }
    for (votingID, votes) in fresh.sorted(by: { $0.key < $1.key }) {
        guard let last = votes.map(\.position).max() else { continue }
        update.counted += votes.count
        update.writes.append(
            VoteTally.write(
                votes.reduce(into: [:]) { $0[$1.optionID, default: 0] += 1 }, upTo: last, of: votingID,
                streamShard: streamShard, after: marks[votingID]))
    }
    return update
}

extension VoteTally {
    /// The votes of a voting by option, over all its stream shards.
    package static func sum(_ tallies: some Sequence<VoteTally>) -> [String: Int] {
        tallies.reduce(into: [:]) { $0.merge($1.votes, uniquingKeysWith: +) }
    }
}
