import JSON
package import Services

/// One queue on Amazon SQS, or on whatever speaks its JSON protocol.
///
/// - Note: Source: Amazon SQS API Reference, SendMessageBatch; Developer Guide, "Making query API requests using AWS
///   JSON protocol".
package struct SQSQueue: MessageQueue {
    /// SendMessageBatch's ceilings.
    static let batchMessagesMax = 10
    static let batchBytesMax = 262_144

    private let endpoint: ServiceEndpoint
    private let url: String
    private let retries: RetryPolicy

    /// - Parameter url: the queue's, as SQS names it.
    package init(endpoint: ServiceEndpoint, url: String, retries: RetryPolicy = RetryPolicy()) {
        self.endpoint = endpoint
        self.url = url
        self.retries = retries
    }

    package func send(_ messages: [QueueMessage]) async throws(ServiceError) {
        for message in messages {
            guard (1...QueueMessage.bodyBytesMax).contains(message.body.utf8.count) else {
                throw .rejected("a message of \(message.body.utf8.count) bytes")
            }
            guard (.zero...QueueMessage.delayMax).contains(message.delay) else {
                throw .rejected("a message delayed by \(message.delay)")
            }
        }
        var rest = messages[...]
        while !rest.isEmpty {
            let batch = rest.prefix(Self.batchCount(of: rest))
            try await send(batch: Array(batch))
            rest = rest.dropFirst(batch.count)
        }
    }

    /// How many of the first messages fit one call; at least 1.
    private static func batchCount(of messages: ArraySlice<QueueMessage>) -> Int {
        var (count, bytes) = (0, 0)
        for message in messages.prefix(batchMessagesMax) {
            bytes += message.body.utf8.count
            guard count == 0 || bytes <= batchBytesMax else { break }
            count += 1
        }
        return count
    }

    /// Sends again what SQS did not take, as often as the policy allows.
    private func send(batch: [QueueMessage]) async throws(ServiceError) {
        var missing = batch
        var attempt = 1
        while true {
            let answer = try await retries.answer(to: "SendMessageBatch") {
                endpoint.send(
                    .init(
                        headers: [
                            ("Content-Type", "application/x-amz-json-1.0"),
                            ("X-Amz-Target", "AmazonSQS.SendMessageBatch"),
                        ],
                        body: request(missing)))
            }
            switch answer {
            case .refused(let error, let answer): throw .rejection("SendMessageBatch", error, answer)
            case .success(let answer): missing = try Self.failed(answer, of: missing)
            }
            if missing.isEmpty { return }
            guard await retries.goesOn(after: attempt) else { throw .throttled }
            attempt += 1
        }
    }

    /// The entries' ids are their places.
    private func request(_ messages: [QueueMessage]) -> [UInt8] {
        var request = RequestWriter()
        request.object {
            $0.member("QueueUrl", url)
            $0.name("Entries")
            $0.array { entries in
                for (index, message) in messages.enumerated() {
                    entries.object {
                        $0.member("Id", String(index))
                        $0.member("MessageBody", message.body)
                        if message.delay > .zero { $0.member("DelaySeconds", message.delay.secondsRoundedUp) }
                    }
                }
            }
        }
        return request.bytes
    }

    /// What is to be sent again.
    private static func failed(
        _ answer: JSONValue, of messages: [QueueMessage]
    ) throws(ServiceError) -> [QueueMessage] {
        var again: [QueueMessage] = []
        for failure in answer["Failed"]?.array ?? [] {
            guard failure["SenderFault"]?.bool != true else {
                throw .rejection("SendMessageBatch", failure["Code"]?.string ?? "", failure)
            }
            guard let index = failure["Id"]?.string.flatMap({ Int($0) }), messages.indices.contains(index) else {
                throw .rejected("SendMessageBatch: a failure without an entry")
            }
            again.append(messages[index])
        }
        return again
    }
}

extension Duration {
    /// Whole seconds, a part counting as one; not for negative durations.
    var secondsRoundedUp: Int { Int(components.seconds) + (components.attoseconds > 0 ? 1 : 0) }
}
