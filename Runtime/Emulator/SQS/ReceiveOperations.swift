import JSON
import NIOHTTP1
import Time

// Receiving messages, and what is done with those received.
extension SQSService {
    private static let messagesMax = 10
    /// From a message's receive on.
    private static let visibilitySecondsMax = 43_200

    private struct Wanted {
        var limit: Int
        var visibility: Duration?
        var attemptID: String?
        var attributes: [String]
        var messageAttributes: [String]
    }

    /// - Parameter reply: called at once, or when a message came or the time is over.
    func receive(_ input: SQSInput, reply: @escaping (JSONValue) -> Void) throws(ServiceFault) {
        let queue = try queue(input)
        let limit = try input.integer(
            "MaxNumberOfMessages", in: 1...Self.messagesMax, reason: "Must be between 1 and 10, if provided.")
        let visibility = try input.integer(
            "VisibilityTimeout", in: 0...Self.visibilitySecondsMax,
            reason: "Must be between 0 and 43200, if provided.")
        let wait = try input.integer(
            "WaitTimeSeconds", in: 0...20, reason: "Must be >= 0 and <= 20, if provided.")
        let attemptID = try input.text("ReceiveRequestAttemptId")
        if let attemptID, !queue.settings.isFIFO {
            throw .invalidParameter(
                attemptID, "ReceiveRequestAttemptId",
                reason: "The request include parameter that is not valid for this queue type.")
        }
        let wanted = Wanted(
            limit: limit ?? 1, visibility: visibility.map { .seconds($0) }, attemptID: attemptID,
            attributes: try input.texts("AttributeNames") + input.texts("MessageSystemAttributeNames"),
            messageAttributes: try input.texts("MessageAttributeNames"))
        let waitTime = wait.map { Duration.seconds($0) } ?? queue.settings.waitTime
        if waitTime == .zero, !queue.settings.isFIFO, queue.messages.inFlightCount >= QueueMessages.inFlightMax {
            queue.settle()
            guard queue.messages.inFlightCount < QueueMessages.inFlightMax else {
                throw ServiceFault(
                    code: "OverLimit", message: "Too many messages in flight: \(QueueMessages.inFlightMax).",
                    status: .forbidden)
            }
        }
        let found = receive(wanted, from: queue)
        guard found.isEmpty, waitTime > .zero, !isWindingDown else { return reply(Self.answer(found, wanted, queue)) }
        poll(queue, wanted, until: host.clock.now + waitTime, reply: reply)
    }

    private func receive(_ wanted: Wanted, from queue: MessageQueue) -> [QueueMessage] {
        queue.receive(
            wanted.limit, visibility: wanted.visibility, attemptID: wanted.attemptID,
            deadLetters: deadLetters(of: queue))
    }

    private func poll(
        _ queue: MessageQueue, _ wanted: Wanted, until end: Timestamp, reply: @escaping (JSONValue) -> Void
    ) {
        let id = nextPollID()
        let timer = host.timers.schedule(at: end) { [self] in
            endPoll(id)
            queue.removeConsumer(id)
            reply(Self.answer([], wanted, queue))
        }
        beginPoll(id) {
            timer.cancel()
            queue.removeConsumer(id)
            reply(Self.answer([], wanted, queue))
        }
        queue.addConsumer(id) { [self] in
            let found = receive(wanted, from: queue)
            guard !found.isEmpty else { return }
            timer.cancel()
            endPoll(id)
            queue.removeConsumer(id)
            reply(Self.answer(found, wanted, queue))
        }
    }

    private static func answer(_ messages: [QueueMessage], _ wanted: Wanted, _ queue: MessageQueue) -> JSONValue {
        guard !messages.isEmpty else { return [:] }
        return ["Messages": .array(messages.map { json($0, wanted, queue) })]
    }

    private static func json(_ message: QueueMessage, _ wanted: Wanted, _ queue: MessageQueue) -> JSONValue {
        var json: JSONObject = [
            "MessageId": .string(message.id), "ReceiptHandle": .string(ReceiptHandle(message, in: queue.name).text),
            "MD5OfBody": .string(MessageAttribute.md5(of: message.body)), "Body": .string(message.body),
        ]
        let attributes = message.systemAttributes(isFIFO: queue.settings.isFIFO).filter { name, _ in
            wanted.attributes.contains("All") || wanted.attributes.contains(name)
        }
        if !attributes.isEmpty {
            json["Attributes"] = .object(JSONObject(attributes.map { ($0.name, .string($0.value)) }))
        }
        let messageAttributes = message.attributes.filter {
            MessageAttribute.isWanted($0.name, by: wanted.messageAttributes)
        }
        if !messageAttributes.isEmpty {
            json["MessageAttributes"] = .object(JSONObject(messageAttributes.map { ($0.name, $0.json) }))
            json["MD5OfMessageAttributes"] = MessageAttribute.md5(of: messageAttributes).map { .string($0) }
        }
        return .object(json)
    }

    // MARK: Delete

    func delete(_ input: SQSInput) throws(ServiceFault) -> JSONValue {
        .object(try delete(input, from: queue(input)))
    }

    func deleteBatch(_ input: SQSInput) throws(ServiceFault) -> JSONValue {
        let queue = try queue(input)
        return eachEntry(try entries(of: input, "DeleteMessageBatchRequestEntry")) { entry throws(ServiceFault) in
            try self.delete(SQSInput(value: entry), from: queue)
        }
    }

    private func delete(_ input: SQSInput, from queue: MessageQueue) throws(ServiceFault) -> JSONObject {
        let text = try input.requireText("ReceiptHandle")
        let handle = try Self.handle(text, of: queue)
        queue.settle()
        // One that is gone is as good as deleted.
        guard let message = queue.messages[handle.number] else { return [:] }
        if queue.settings.isFIFO {
            guard case .inFlight = message.state, message.receiveCount == handle.receiveCount else {
                throw .invalidParameter(text, "ReceiptHandle", reason: "The receipt handle has expired.")
            }
        }
        queue.remove(handle.number)
        return [:]
    }

    private static func handle(_ text: String, of queue: MessageQueue) throws(ServiceFault) -> ReceiptHandle {
        guard let handle = ReceiptHandle(text), handle.queue == queue.name else { throw .receiptHandleInvalid(text) }
        return handle
    }

    // MARK: Visibility

    func changeVisibility(_ input: SQSInput) throws(ServiceFault) -> JSONValue {
        .object(try changeVisibility(input, in: queue(input)))
    }

    func changeVisibilityBatch(_ input: SQSInput) throws(ServiceFault) -> JSONValue {
        let queue = try queue(input)
        return eachEntry(try entries(of: input, "ChangeMessageVisibilityBatchRequestEntry")) {
            entry throws(ServiceFault) in
            try self.changeVisibility(SQSInput(value: entry), in: queue)
        }
    }

    private func changeVisibility(_ input: SQSInput, in queue: MessageQueue) throws(ServiceFault) -> JSONObject {
        let text = try input.requireText("ReceiptHandle")
        let seconds = try input.integer(
            "VisibilityTimeout", in: 0...Self.visibilitySecondsMax,
            reason: "VisibilityTimeout must be an integer between 0 and 43200.")
        guard let seconds else { throw .missingParameter("VisibilityTimeout") }
        let handle = try Self.handle(text, of: queue)
        queue.settle()
        guard let message = queue.messages[handle.number] else {
            throw .invalidParameter(
                text, "ReceiptHandle",
                reason: "Message does not exist or is not available for visibility timeout change.")
        }
        guard case .inFlight = message.state, message.receiveCount == handle.receiveCount else {
            throw ServiceFault(
                code: "MessageNotInflight", message: "The message referred to isn't in flight.")
        }
        queue.changeVisibility(of: handle.number, to: .seconds(seconds))
        return [:]
    }
}

extension QueueMessage {
    /// Its attributes that SQS gives it, in the order in which functions get them.
    func systemAttributes(isFIFO: Bool) -> [(name: String, value: String)] {
        var attributes = [("ApproximateReceiveCount", String(earlierReceives + receiveCount))]
        if let traceHeader { attributes.append(("AWSTraceHeader", traceHeader)) }
        attributes.append(("SentTimestamp", String(sentAt.milliseconds)))
        if isFIFO { attributes.append(("SequenceNumber", sequenceNumber)) }
        if let groupID { attributes.append(("MessageGroupId", groupID)) }
        attributes.append(("SenderId", senderID))
        if let deduplicationID { attributes.append(("MessageDeduplicationId", deduplicationID)) }
        if let firstReceivedAt {
            attributes.append(("ApproximateFirstReceiveTimestamp", String(firstReceivedAt.milliseconds)))
        }
        if let deadLetterSourceARN { attributes.append(("DeadLetterQueueSourceArn", deadLetterSourceARN)) }
        return attributes
    }
}
