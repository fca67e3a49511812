package import Domain
import Events
import JSON
package import Services
package import Time

extension MessageQueue {
    /// Queues a message's shares, one for each shard, to be taken at `due` to the second, or at once if that is past.
    ///
    /// - Parameter due: at most ``VotingMoment/waitMax`` ahead.
    /// - Returns: how many were queued.
    /// - Throws: as ``send(_:)``; some may then be queued, which does no harm: recipients get a message once.
    package func spread(
        _ kind: MessageKind, of reference: String, version: Int, due: Timestamp, at now: Timestamp
    ) async throws -> Int {
        let shares = MessageShare.all(kind, of: reference, version: version)
        let delay = max(.zero, due - now)
        try await send(shares.map { QueueMessage(body: try encodeText($0), delay: delay) })
        return shares.count
    }
}

/// A value as the text of a message.
package func encodeText(_ value: some Encodable) throws -> String {
    String(decoding: try encodeJSON(value), as: UTF8.self)
}

/// What a schedule's call came to, for who reads the log or a replay.
package struct SendingReply: Encodable, Hashable, Sendable {
    package var outcome: String
    /// Queued, one for each shard.
    package var messages: Int

    static let queued = "QUEUED"
}

/// Sends what a schedule of a voting is for, unless it is void: the voting as it is now counts, not as it was when the
/// schedule was made (R17, R19).
package struct VotingMessageSending: Sendable {
    private let kind: MessageKind
    private let moment: VotingMoment
    private let store: any ItemStore
    private let queue: any MessageQueue

    /// - Parameter kind: a reminder or an alert.
    package init(_ kind: MessageKind, at moment: VotingMoment, store: any ItemStore, queue: any MessageQueue) {
        self.kind = kind
        self.moment = moment
        self.store = store
        self.queue = queue
    }

    package func send(votingID: String, scheduleVersion: Int, at now: Timestamp) async throws -> SendingReply {
        let voting = try await store.read(Voting.self, at: Voting.key(votingID))
        do throws(MessageVoid) {
            _ = try decideContent(moment, of: voting, version: scheduleVersion, at: now)
        } catch {
            return SendingReply(outcome: error.rawValue, messages: 0)
        }
        let due = voting?.due(moment) ?? now
        let count = try await queue.spread(kind, of: votingID, version: scheduleVersion, due: due, at: now)
        return SendingReply(outcome: SendingReply.queued, messages: count)
    }
}
