import Domain
package import Events
import Handling
package import LambdaRuntime
package import Services

/// Sends each update that was stored on its way: queues a share for each shard of those who consented (R18).
package struct SpreadUpdateHandler: LambdaHandler {
    private let queue: any MessageQueue
    private let following: ChangeFollowing

    package init(queue: any MessageQueue, deadLetters: any MessageQueue) {
        self.queue = queue
        following = ChangeFollowing(by: "SpreadUpdate", deadLetters: deadLetters)
    }

    package func handle(_ event: DynamoDBStreamEvent, context: InvocationContext) async throws -> DynamoDBStreamReply {
        await following.follow(event, context) { record in
            guard record.eventName == .insert, let image = record.dynamodb.newImage,
                Update.isUpdate(key: record.dynamodb.keys)
            else { return }
            let (update, now) = (try Update(item: image), context.receivedAt)
            let count = try await queue.spread(.update, of: update.id, version: 1, due: now, at: now)
            context.count(["SharesQueued": count], by: "SpreadUpdate")
        }
    }
}
