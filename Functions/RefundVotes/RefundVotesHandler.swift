import Domain
package import Events
import Handling
import Items
package import LambdaRuntime
package import Services

/// Gives the credits of a cancelled paid voting back to those who voted, once each, however often it is told to (R4).
package struct RefundVotesHandler: LambdaHandler {
    /// Of one of a voting's `Participation.shards` partitions. What is behind them waits for the message to come again,
    /// and then the pages before it are done.
    package static let pagesMax = 100
    private static let pageSize = 500

    private let store: any ItemStore
    package init(store: any ItemStore) { self.store = store }

    package func handle(_ event: SQSEvent, context: InvocationContext) async throws -> SQSBatchResponse {
        var failed: [String] = []
        for record in event.records {
            do {
                try await refund(try record.body(as: VoteRefundMessage.self), context)
            } catch {
                // The others have nothing to do with it.
                context.logger.error("refunds are not done: \(error)")
                failed.append(record.messageId)
            }
        }
        return SQSBatchResponse(failedMessageIDs: failed)
    }

    /// The message came before all votes are in: it has to come again.
    private struct TooEarly: Error, CustomStringConvertible {
        var description: String { "votes may still come in" }
    }

    private func refund(_ request: VoteRefundMessage, _ context: InvocationContext) async throws {
        guard (0..<Participation.shards).contains(request.shard) else { throw MalformedItem("refund request", "shard") }
        let voting = try await store.read(Voting.self, at: Voting.key(request.votingID))
        switch decideVoteRefunds(of: voting, at: context.receivedAt) {
        case .nothing: return
        case .notBefore: throw TooEarly()
        case .now: break
        }
        let query = ItemQuery(
            .votings, partition: Participation.partition(request.shard, of: request.votingID),
            filter: Participation.isOwedARefund, limit: Self.pageSize)
        try await store.forEachPage(of: query, pagesMax: Self.pagesMax) { items in
            var refunded = 0
            for item in items {
                let userID = try Participation.userID(of: item)
                if try await refund(userID, in: request.votingID, context) { refunded += 1 }
            }
            context.count(["VotesRefunded": refunded], by: "RefundVotes")
        }
    }

    /// - Returns: false if another delivery of the same message was quicker.
    private func refund(_ userID: String, in votingID: String, _ context: InvocationContext) async throws -> Bool {
        let writes = voteRefund(of: userID, in: votingID, at: context.receivedAt)
        // Another for each refund of this invocation.
        let token = derivedID("refund", of: userID, key: votingID + context.requestID)
        do throws(ServiceError) {
            try await store.commit(writes, token: token)
            return true
        } catch {
            guard try Self.isRefunded(error) else { throw error }
            return false
        }
    }

    private static func isRefunded(_ error: ServiceError) throws -> Bool {
        guard case .conflict(let stored) = error, let first = stored.first, let item = first else { return false }
        return try Participation(item: item).refundedAt != nil
    }
}
