import Domain
package import Events
import Handling
import Items
import JSON
package import LambdaRuntime
package import Services

/// Adds up the votes that the stream of votings brings, each exactly once (see `decideTally`).
package struct TallyVotesHandler: LambdaHandler {
    /// Votings whose sums are written in one transaction: what a transaction and a read of several items take.
    package static let votingsMax = 100

    private let store: any ItemStore
    package init(store: any ItemStore) { self.store = store }

    /// A batch from a mapping without a tumbling window: nobody can tell which votes of it are counted.
    package struct ShardUnknown: Error, CustomStringConvertible {
        package var description: String { "the event names no shard: the mapping needs a TumblingWindowInSeconds" }
    }

    package func handle(_ event: DynamoDBStreamEvent, context: InvocationContext) async throws -> DynamoDBStreamReply {
        // Nothing is kept from batch to batch, but Lambda insists on it.
        let state: JSONValue = [:]
        guard !event.records.isEmpty else { return DynamoDBStreamReply(state: state) }
        guard let shard = event.shardId else { throw ShardUnknown() }
        let (batch, rest) = Self.batch(event.records.map(\.dynamodb), context)
        let update = try await retryingConflicts { attempt in
            let marks = try await marks(of: Set(batch.map(\.votingID)).sorted(), in: shard)
            let update = decideTally(batch, streamShard: shard, marks: marks)
            try await store.commit(update.writes, token: attempt.token(context.requestID))
            return update
        }
        context.count(["VotesTallied": update.counted, "VotesKnown": update.known], by: "TallyVotes")
        return DynamoDBStreamReply(failingFrom: rest, state: state)
    }

    /// The votes among the changes, as far as their votings fit into one commit.
    ///
    /// - Returns: as `rest`, the sequence number of the first that does not fit: it comes again with all behind it.
    private static func batch(
        _ changes: [DynamoDBStreamEvent.Change], _ context: InvocationContext
    ) -> (votes: [StreamedVote], rest: String?) {
        var votes: [StreamedVote] = []
        var votings: Set<String> = []
        for change in changes {
            do throws(MalformedItem) {
                guard
                    let vote = try StreamedVote(
                        key: change.keys, before: change.oldImage, after: change.newImage,
                        sequenceNumber: change.sequenceNumber)
                else { continue }
                votings.insert(vote.votingID)
                guard votings.count <= votingsMax else { return (votes, change.sequenceNumber) }
                votes.append(vote)
            } catch {
                // No vote of ours is like that. It would hold up all that are behind it for a day; the final count
                // finds it.
                context.logger.error("a vote is not counted: \(error)")
                context.count(["VotesMalformed": 1], by: "TallyVotes")
            }
        }
        return (votes, nil)
    }

    private func marks(of votingIDs: [String], in shard: String) async throws -> [String: StreamPosition] {
        let items = try await store.items(at: votingIDs.map { VoteTally.key(of: $0, streamShard: shard) })
        var marks: [String: StreamPosition] = [:]
        for (votingID, item) in zip(votingIDs, items) {
            marks[votingID] = try item.map { try VoteTally(item: $0) }?.countedUpTo
        }
        return marks
    }
}
