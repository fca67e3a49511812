import Domain
package import Events
import JSON
package import LambdaRuntime
package import Services

/// Follows a stream's changes one after the other, so that none is lost: what can't be done now comes again with all
/// behind it, and what can never be done goes to the dead letters and holds up nothing.
package struct ChangeFollowing: Sendable {
    private let deadLetters: any MessageQueue
    /// The template's name of it.
    private let function: String

    package init(by function: String, deadLetters: any MessageQueue) {
        self.function = function
        self.deadLetters = deadLetters
    }

    /// - Parameter step: does what a change asks for. Of its errors a malformed item and a rejected call are final: the
    ///   same change would fail as often as it comes, which is for a day.
    package func follow(
        _ event: DynamoDBStreamEvent, _ context: InvocationContext,
        _ step: (DynamoDBStreamEvent.Record) async throws -> Void
    ) async -> DynamoDBStreamReply {
        for record in event.records {
            do {
                try await followOrSetAside(record, context, step)
            } catch {
                context.logger.error("a change is not followed: \(error)")
                return DynamoDBStreamReply(failingFrom: record.dynamodb.sequenceNumber)
            }
        }
        return DynamoDBStreamReply()
    }

    private func followOrSetAside(
        _ record: DynamoDBStreamEvent.Record, _ context: InvocationContext,
        _ step: (DynamoDBStreamEvent.Record) async throws -> Void
    ) async throws {
        do {
            try await step(record)
        } catch {
            guard Self.isFinal(error) else { throw error }
            try await setAside(record, because: error, context)
        }
    }

    private static func isFinal(_ error: any Error) -> Bool {
        if case ServiceError.rejected = error { true } else { error is MalformedItem }
    }

    private func setAside(
        _ record: DynamoDBStreamEvent.Record, because reason: any Error, _ context: InvocationContext
    ) async throws {
        context.logger.error("a change is set aside: \(reason)")
        try await deadLetters.send([try Self.letter(record, reason: "\(reason)", context)])
        context.count(["ChangesSetAside": 1], by: function)
    }

    /// As Lambda writes of an event that it gave up: invoking the function with the payload makes up for it. Without
    /// images that no message can hold.
    ///
    /// - Note: Source: AWS Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations".
    private static func letter(
        _ record: DynamoDBStreamEvent.Record, reason: String, _ context: InvocationContext
    ) throws -> QueueMessage {
        func body(_ record: DynamoDBStreamEvent.Record) throws -> String {
            try encodeText(
                Letter(
                    requestContext: .init(functionArn: context.invokedFunctionARN),
                    requestPayload: DynamoDBStreamEvent(records: [record]),
                    responsePayload: .init(errorMessage: reason)))
        }
        let whole = try body(record)
        guard whole.utf8.count > QueueMessage.bodyBytesMax else { return QueueMessage(body: whole) }
        var bare = record
        (bare.dynamodb.oldImage, bare.dynamodb.newImage) = (nil, nil)
        return QueueMessage(body: try body(bare))
    }

    private struct Letter: Encodable {
        struct RequestContext: Encodable {
            var functionArn: String
        }
        struct ResponsePayload: Encodable {
            var errorMessage: String
        }

        var requestContext: RequestContext
        var requestPayload: DynamoDBStreamEvent
        var responsePayload: ResponsePayload
    }
}
