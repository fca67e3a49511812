import Domain
package import Events
import Handling
import Items
package import LambdaRuntime
import Machine
package import Services

/// Gives the credits of a cancelled paid voting back to those who voted, once each, however often it is told to (R4).
package struct RefundVotesHandler: LambdaHandler {
    /// Of the function's time, what is kept for the refund in hand and for queueing what is left: a batch that is cut
    /// off would come again as a whole, and in the end be given up.
    package static let reserve: Duration = .seconds(10)
    /// Pages of one message; the rest goes on as a message of its own, as it does when time is short.
    package static let pagesMax = 100
    private static let pageSize = 500

    private let store: any ItemStore
    private let queue: any MessageQueue

    /// - Parameter queue: the one that calls this function.
    package init(store: any ItemStore, queue: any MessageQueue) {
        self.store = store
        self.queue = queue
    }

    package func handle(_ event: SQSEvent, context: InvocationContext) async throws -> SQSBatchResponse {
        var failed: [String] = []
        var progress = Progress()
        defer {
            context.count(["VotesRefunded": progress.refunded, "RefundsPutOff": progress.putOff], by: "RefundVotes")
        }
        for record in event.records {
            do {
                let request = try record.body(as: VoteRefundMessage.self)
                guard let rest = try await refund(request, &progress, context) else { continue }
                try await queue.send([QueueMessage(body: try encodeText(rest))])
                progress.putOff += 1
            } catch {
                // The others have nothing to do with it.
                context.logger.error("refunds are not done: \(error)")
                failed.append(record.messageId)
            }
        }
        return SQSBatchResponse(failedMessageIDs: failed)
    }

    /// What one invocation has done.
    private struct Progress {
        var refunded = 0
        var putOff = 0
        /// Something was, however little: what is put off is less than there was.
        var hasBegun = false

        var isTimeUp: Bool { hasBegun && WorkDeadline.remaining.map { $0 < RefundVotesHandler.reserve } ?? false }
    }

    /// The message came before all votes are in: it has to come again.
    private struct TooEarly: Error, CustomStringConvertible {
        var description: String { "votes may still come in" }
    }

    /// - Returns: what is left to do, if there is no time for it.
    private func refund(
        _ request: VoteRefundMessage, _ progress: inout Progress, _ context: InvocationContext
    ) async throws -> VoteRefundMessage? {
        guard (0..<Participation.shards).contains(request.shard) else { throw MalformedItem("refund request", "shard") }
        var rest = request
        if progress.isTimeUp { return rest }
        let voting = try await store.read(Voting.self, at: Voting.key(request.votingID))
        switch decideVoteRefunds(of: voting, at: context.receivedAt) {
        case .nothing: return nil
        case .notBefore: throw TooEarly()
        case .now: break
        }
        let partition = Participation.partition(request.shard, of: request.votingID)
        for _ in 1...Self.pagesMax {
            let page = try await store.query(
                ItemQuery(
                    .votings, partition: partition, filter: Participation.isOwedARefund, limit: Self.pageSize,
                    after: rest.after.map { ItemCursor(key: ItemKey(.votings, partition, $0).attributes) }))
            for item in page.items {
                if progress.isTimeUp { return rest }
                let userID = try Participation.userID(of: item)
                if try await refund(userID, in: request.votingID, context) { progress.refunded += 1 }
                rest.after = item[ItemKey.sortName]?.string
                progress.hasBegun = true
            }
            guard let next = page.next else { return nil }
            rest.after = next.key[ItemKey.sortName]?.string
            progress.hasBegun = true
        }
        return rest
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
