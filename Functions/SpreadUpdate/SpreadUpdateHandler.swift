import Domain
package import Events
import Handling
package import LambdaRuntime
package import Services

/// Sends each update that was stored on its way: queues a share for each shard of those who consented (R18).
package struct SpreadUpdateHandler: LambdaHandler {
    private let queue: any MessageQueue
    package init(queue: any MessageQueue) { self.queue = queue }

    package func handle(_ event: DynamoDBStreamEvent, context: InvocationContext) async throws -> DynamoDBStreamReply {
        for record in event.records where record.eventName == .insert {
            guard let image = record.dynamodb.newImage, Update.isUpdate(key: record.dynamodb.keys) else { continue }
            do {
                let update = try Update(item: image)
                let now = context.receivedAt
                let count = try await queue.spread(.update, of: update.id, version: 1, due: now, at: now)
                context.count(["SharesQueued": count], by: "SpreadUpdate")
            } catch let error as MalformedItem {
                // No update of ours is like that. It would hold up all that are behind it for a day.
                context.logger.error("an update is not on its way: \(error)")
                context.count(["UpdatesMalformed": 1], by: "SpreadUpdate")
            } catch ServiceError.rejected(let reason) {
                // The same call is refused as often as it is made, for a day.
                context.logger.error("an update is refused on its way: \(reason)")
                context.count(["UpdatesRejected": 1], by: "SpreadUpdate")
            } catch {
                context.logger.error("an update is not on its way: \(error)")
                return DynamoDBStreamReply(failingFrom: record.dynamodb.sequenceNumber)
            }
        }
        return DynamoDBStreamReply()
    }
}
