import Domain
package import Events
package import Handling
package import LambdaRuntime
package import Services

/// Reminds of a voting that starts soon: queues a share for each shard of those who want reminders (R17).
package struct SendReminderHandler: LambdaHandler {
    private let sending: VotingMessageSending

    package init(store: any ItemStore, queue: any MessageQueue) {
        sending = VotingMessageSending(.reminder, at: .reminder, store: store, queue: queue)
    }

    package func handle(_ event: ScheduledVotingEvent, context: InvocationContext) async throws -> SendingReply {
        let reply = try await sending.send(
            votingID: event.votingID, scheduleVersion: event.scheduleVersion, at: context.receivedAt)
        context.count(["Sendings.\(reply.outcome)": 1], by: "SendReminder")
        return reply
    }
}
