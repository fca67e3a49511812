import Domain
package import Events
package import Handling
package import LambdaRuntime
package import Services

/// Alerts of a voting that ends soon: queues a share for each shard of its participants (R19).
package struct SendAlertHandler: LambdaHandler {
    private let sending: VotingMessageSending

    package init(store: any ItemStore, queue: any MessageQueue) {
        sending = VotingMessageSending(.alert, at: .alert, store: store, queue: queue)
    }

    package func handle(_ event: ScheduledVotingEvent, context: InvocationContext) async throws -> SendingReply {
        let reply = try await sending.send(
            votingID: event.votingID, scheduleVersion: event.scheduleVersion, at: context.receivedAt)
        context.count(["Sendings.\(reply.outcome)": 1], by: "SendAlert")
        return reply
    }
}
