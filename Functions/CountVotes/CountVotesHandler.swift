import Domain
package import Events
import Handling
import Items
package import LambdaRuntime
package import Services

/// Counts a voting's votes once it is over, from what each voter did, and says whether the tally came to the same.
package struct CountVotesHandler: LambdaHandler {
    /// Of a voting's `Participation.shards` partitions, each.
    package static let pagesMax = 1_000
    private static let pageSize = 1_000

    private let store: any ItemStore
    package init(store: any ItemStore) { self.store = store }

    /// Not yet: Lambda calls again after a minute, and after two more.
    package enum TryAgain: Error, Hashable, CustomStringConvertible {
        case votesMayStillCome
        case tallyIsBehind

        package var description: String {
            switch self {
            case .votesMayStillCome: "votes that were received before the end may not be stored yet"
            case .tallyIsBehind: "the tally differs from the count and may still catch up"
            }
        }
    }

    package struct Outcome: Codable, Hashable, Sendable {
        package enum Kind: String, Codable, Sendable {
            case counted = "COUNTED"
            case alreadyCounted = "ALREADY_COUNTED"
            /// The voting is gone, cancelled, or ends at another time.
            case void = "VOID"
        }

        package var outcome: Kind
    }

    package func handle(_ event: ScheduledVotingEvent, context: InvocationContext) async throws -> Outcome {
        // The final count's insert and the voting's check fail together: what was decided on is read again.
        try await retryingConflicts { attempt in
            let items = try await store.items(at: [Voting.key(event.votingID), FinalCount.key(of: event.votingID)])
            let due = decideWhetherToCount(
                try items[0].map { try Voting(item: $0) }, scheduleVersion: event.scheduleVersion,
                earlier: try items[1].map { try FinalCount(item: $0) }, at: context.receivedAt)
            switch due {
            case .void: return Outcome(outcome: .void)
            case .done: return Outcome(outcome: .alreadyCounted)
            case .notBefore: throw TryAgain.votesMayStillCome
            case .now(let voting):
                try await count(voting, token: attempt.token(context.requestID), context)
                return Outcome(outcome: .counted)
            }
        }
    }

    private func count(_ voting: Voting, token: String, _ context: InvocationContext) async throws {
        var counted: [String: Int] = [:]
        for shard in 0..<Participation.shards {
            let query = ItemQuery(
                .votings, partition: Participation.partition(shard, of: voting.id), filter: .exists("votedAt"),
                limit: Self.pageSize)
            try await store.forEachPage(of: query, pagesMax: Self.pagesMax) { items in
                for item in items {
                    if let vote = try Participation(item: item).vote { counted[vote.optionID, default: 0] += 1 }
                }
            }
        }
        let tallied = try await VoteTally.votes(of: voting.id, in: store)
        guard
            let (count, writes) = decideFinalCount(
                of: voting, counted: counted, tallied: tallied, at: context.receivedAt)
        else { throw TryAgain.tallyIsBehind }
        try await store.commit(writes, token: token)
        if !count.tallyAgrees { context.logger.error("the tally of a voting differs from its final count") }
        context.count(
            [
                "FinalCounts": 1, "VotesCounted": counted.values.reduce(0, +),
                "TallyDisagreements": count.tallyAgrees ? 0 : 1,
            ], by: "CountVotes")
    }
}
