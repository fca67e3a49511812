package import Domain
package import Events
import Handling
import Items
package import LambdaRuntime
package import Services
import Time

/// Keeps the schedules of votings what the votings are: makes, moves and removes them as the stream of votings tells of
/// changes, and has the votes of a cancelled paid voting refunded (R4, R17, R19).
package struct ScheduleVotingHandler: LambdaHandler {
    /// Rounds of one change, while others follow it: each looks at the voting as it is then.
    private static let roundsMax = 3

    private let store: any ItemStore
    private let scheduler: any Scheduler
    private let messages: any MessageQueue
    private let refunds: any MessageQueue
    private let following: ChangeFollowing
    /// The ARN of the function that carries out a moment.
    private let target: @Sendable (VotingMoment) -> String

    package init(
        store: any ItemStore, scheduler: any Scheduler, messages: any MessageQueue, refunds: any MessageQueue,
        deadLetters: any MessageQueue, target: @escaping @Sendable (VotingMoment) -> String
    ) {
        self.store = store
        self.scheduler = scheduler
        self.messages = messages
        self.refunds = refunds
        following = ChangeFollowing(by: "ScheduleVoting", deadLetters: deadLetters)
        self.target = target
    }

    /// The changes of one voting come in order: after a failure what is behind it waits.
    package func handle(_ event: DynamoDBStreamEvent, context: InvocationContext) async throws -> DynamoDBStreamReply {
        await following.follow(event, context) { try await follow($0.dynamodb, context) }
    }

    private func follow(_ change: DynamoDBStreamEvent.Change, _ context: InvocationContext) async throws {
        guard let image = change.newImage, Voting.isVoting(key: change.keys) else { return }
        let voting = try Voting(item: image)
        let earlier = try change.oldImage.map { try Voting(item: $0) }
        guard changesSchedules(voting, from: earlier) else { return }
        // First: whatever is wrong with schedules holds up no credits.
        if voting.kind == .paid, voting.cancelledAt != nil, earlier?.cancelledAt == nil {
            try await refund(voting, context)
        }
        try await schedule(voting.id, after: earlier, context)
    }

    /// Goes by what is stored now, and once more if that changed meanwhile: of two that run at once, the one that ends
    /// last has seen the last change.
    private func schedule(_ id: String, after earlier: Voting?, _ context: InvocationContext) async throws {
        var earlier = earlier
        for _ in 1...Self.roundsMax {
            guard let voting = try await store.read(Voting.self, at: Voting.key(id)) else { return }
            let timetable = decideTimetable(of: voting, after: earlier, at: context.receivedAt)
            try await carryOut(timetable, of: voting, context)
            let now = try await store.read(Voting.self, at: Voting.key(id))
            guard let now, changesSchedules(now, from: voting) else { return }
            earlier = voting
        }
    }

    private func carryOut(
        _ timetable: VotingTimetable, of voting: Voting, _ context: InvocationContext
    ) async throws {
        let event = ScheduledVotingEvent(votingID: voting.id, scheduleVersion: voting.scheduleVersion)
        let input = try encodeText(event)
        for entry in timetable.schedules {
            try await scheduler.put(
                OneTimeSchedule(name: entry.name, at: entry.at, target: target(entry.moment), input: input))
        }
        for moment in timetable.atOnce {
            let kind: MessageKind = moment == .reminder ? .reminder : .alert
            _ = try await messages.spread(
                kind, of: voting.id, version: voting.scheduleVersion, due: voting.due(moment), at: context.receivedAt)
        }
        for name in timetable.removed { try await scheduler.delete(name) }
        context.count(
            [
                "SchedulesPut": timetable.schedules.count, "SchedulesRemoved": timetable.removed.count,
                "SentAtOnce": timetable.atOnce.count,
            ], by: "ScheduleVoting")
    }

    private func refund(_ voting: Voting, _ context: InvocationContext) async throws {
        let shares = (0..<Participation.shards).map { VoteRefundMessage(votingID: voting.id, shard: $0) }
        // Votes may still be on their way.
        let delay = max(.zero, (voting.refundableFrom ?? context.receivedAt) - context.receivedAt)
        try await refunds.send(
            try shares.map { QueueMessage(body: try encodeText($0), delay: min(delay, QueueMessage.delayMax)) })
        context.count(["RefundsQueued": shares.count], by: "ScheduleVoting")
    }
}
