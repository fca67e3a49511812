import JSON
package import LambdaRuntime
package import Services
import Time

/// Puts what a stream's changes tell on a bus, so that none is lost: what can't be told now comes again with the
/// stream, and what the bus will never take goes to the dead letters and holds up nothing.
package struct EventPublishing: Sendable {
    private let bus: any EventBus
    private let deadLetters: any MessageQueue
    /// The template's name of it.
    private let function: String

    package init(by function: String, on bus: any EventBus, deadLetters: any MessageQueue) {
        self.function = function
        self.bus = bus
        self.deadLetters = deadLetters
    }

    /// - Parameter events: with the sequence numbers of the changes that they come from, rising.
    /// - Returns: the sequence number of the first change that comes again with all behind it; nil if none does.
    /// - Throws: when not even the first is dealt with. A function that gets nowhere fails, so that operators hear of
    ///   it.
    package func publish(
        _ events: [(sequenceNumber: String, event: BusEvent)], _ context: InvocationContext
    ) async throws(ServiceError) -> String? {
        let publication = await bus.publish(events.map(\.event))
        var failure = publication.failure
        let end = failure?.index ?? events.count
        // What is behind the failure comes again, and is refused again.
        let refused = publication.refused.filter { $0.key < end }.sorted { $0.key < $1.key }
        for (_, reason) in refused { context.logger.error("the bus refuses an event: \(reason)") }
        context.count(["EventsPublished": end - refused.count, "EventsRefused": refused.count], by: function)
        do throws(ServiceError) {
            try await deadLetters.send(refused.map { Self.letter(events[$0.key].event, reason: $0.value) })
        } catch {
            failure = Publication.Failure(index: refused[0].key, error: error)
        }
        guard let failure else { return nil }
        guard failure.index > 0 else { throw failure.error }
        context.logger.error("events are not published: \(failure.error)")
        return events[failure.index].sequenceNumber
    }

    /// With an entry as `aws events put-events` takes it, but for the bus; without a detail that no message can hold,
    /// which is to be found by its key.
    private static func letter(_ event: BusEvent, reason: String) -> QueueMessage {
        var entry: JSONObject = [
            "Source": .string(event.source), "DetailType": .string(event.detailType), "Detail": .string(event.detail),
            "Time": .string(event.time.description), "Resources": .array(event.resources.map { .string($0) }),
        ]
        func body() -> String {
            let body: JSONValue = ["error": .string(reason), "key": .string(event.key), "entry": .object(entry)]
            return body.compactText
        }
        if body().utf8.count > QueueMessage.bodyBytesMax { entry["Detail"] = nil }
        return QueueMessage(body: body())
    }
}
