package import JSON

/// Messages that a queue hands to a function, 1...10,000 of them.
///
/// - Note: Source: AWS Lambda Developer Guide, "Using Lambda with Amazon SQS".
package struct SQSEvent: Codable, Hashable, Sendable {
    package var records: [Record]

    private enum CodingKeys: String, CodingKey { case records = "Records" }

    package struct Record: Codable, Hashable, Sendable {
        package var messageId: String
        package var receiptHandle: String
        package var body: String
        /// Such as `ApproximateReceiveCount` and `SentTimestamp`; numbers are texts.
        package var attributes: [String: String]
        package var messageAttributes: JSONValue
        package var md5OfBody: String
        package var md5OfMessageAttributes: String?
        package var eventSource: String
        package var eventSourceARN: String
        package var awsRegion: String

        /// The body as a value of a type.
        ///
        /// - Throws: ``MalformedMessage``, which names the place of the mistake and not the value.
        package func body<Value: Decodable>(as type: Value.Type) throws(MalformedMessage) -> Value {
            do {
                return try decodeJSON(type, from: Array(body.utf8))
            } catch {
                throw MalformedMessage(messageID: messageId)
            }
        }
    }
}

/// A message that its consumer can't read: it goes to the dead letters in the end.
package struct MalformedMessage: Error, Hashable, Sendable, CustomStringConvertible {
    package let messageID: String

    package init(messageID: String) { self.messageID = messageID }

    package var description: String { "the message \(messageID) is not what this queue holds" }
}

/// Which messages of a batch are to come again; the others are done. The event source mapping must have
/// `FunctionResponseTypes: [ReportBatchItemFailures]`.
///
/// - Note: Source: AWS Lambda Developer Guide, "Implementing partial batch responses".
package struct SQSBatchResponse: Codable, Hashable, Sendable {
    package var batchItemFailures: [Failure]

    package init(failedMessageIDs: [String] = []) {
        batchItemFailures = failedMessageIDs.map { Failure(itemIdentifier: $0) }
    }

    package struct Failure: Codable, Hashable, Sendable {
        package var itemIdentifier: String
    }
}
