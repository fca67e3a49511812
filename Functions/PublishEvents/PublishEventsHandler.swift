import Domain
package import Events
import Handling
package import LambdaRuntime
package import Services
import Time

/// Tells the others what happens to orders: puts an event on the bus for each change of one that matters (R87–R90).
package struct PublishEventsHandler: LambdaHandler {
    private let publishing: EventPublishing
    package init(bus: any EventBus, deadLetters: any MessageQueue) {
        publishing = EventPublishing(by: "PublishEvents", on: bus, deadLetters: deadLetters)
    }

    package func handle(_ event: DynamoDBStreamEvent, context: InvocationContext) async throws -> DynamoDBStreamReply {
        var events: [(sequenceNumber: String, event: BusEvent)] = []
        var malformed = 0
        for change in event.records.map(\.dynamodb) {
            do {
                let told = try decideOrderEvent(key: change.keys, before: change.oldImage, after: change.newImage)
                guard let told else { continue }
                events.append((change.sequenceNumber, try BusEvent(told, at: change.time ?? context.receivedAt)))
            } catch let error as MalformedItem {
                // No order of ours is like that. It would hold up all that are behind it.
                context.logger.error("a change of an order is not told: \(error)")
                malformed += 1
            }
        }
        context.count(["OrdersMalformed": malformed], by: "PublishEvents")
        return DynamoDBStreamReply(failingFrom: try await publishing.publish(events, context))
    }
}
