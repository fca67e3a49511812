import JSON
import NIOCore
import Template
import Time

/// Amazon SQS: the queues of a stack, and those that are made at run time.
///
/// - Note: Source: Amazon SQS API Reference.
final class SQSService: JSONProtocolService, DeliveryTarget {
    let targetPrefix = "AmazonSQS"
    let typePrefix = "com.amazonaws.sqs#"
    let host: ServiceHost
    /// By name.
    private(set) var queues: [String: MessageQueue] = [:]
    /// When queues were deleted, by name, for as long as that matters.
    private var deletedAt: [String: Timestamp] = [:]
    private var pollCount = 0
    /// Who waits for messages: told that there are none.
    private var polls: [String: () -> Void] = [:]
    private(set) var isWindingDown = false
    var moveTasks: [MessageMoveTask] = []

    /// Between a queue's end and another one by its name.
    private static let nameReuseInterval = Duration.seconds(60)

    /// - Throws: `EmulatorError` if a queue of the stack can't be made, with its place, or what was kept can't be read.
    init(stack: Stack, host: ServiceHost) throws(EmulatorError) {
        self.host = host
        let kept = try QueueRecords.load(host.journal)
        for (name, value) in try host.journal.load(QueueRecords.queueKind) {
            guard let queue = Self.queue(name, try? parseJSON(value), host) else {
                throw EmulatorError("The kept queue \(name) can't be read.")
            }
            queue.restore(kept.messages[name] ?? [], kept.deduplication[name] ?? [])
            queues[name] = queue
        }
        try deploy(stack)
        try resumeMoveTasks()
    }

    private static func queue(_ name: String, _ record: JSONValue?, _ host: ServiceHost) -> MessageQueue? {
        func texts(_ value: JSONValue?) -> [String: String]? {
            value?.object.map { Dictionary(uniqueKeysWithValues: $0.map { ($0.key, $0.value.string ?? "") }) }
        }
        guard let record, let attributes = texts(record["attributes"]), let tags = texts(record["tags"]),
            let settings = try? QueueSettings(attributes), let created = record["created"]?.int,
            let modified = record["modified"]?.int
        else { return nil }
        return MessageQueue(
            name: name, settings: settings, tags: tags, createdAt: Timestamp(milliseconds: Int64(created)),
            modifiedAt: Timestamp(milliseconds: Int64(modified)), host: host)
    }

    // MARK: Queues

    func queue(arn: String) -> MessageQueue? {
        let prefix = "arn:aws:sqs:\(LocalAccount.region):\(LocalAccount.id):"
        return arn.hasPrefix(prefix) ? queues[String(arn.dropFirst(prefix.count))] : nil
    }

    /// The queue that a call is for. Only the end of its URL counts: a client may know the emulator by another address.
    func queue(_ input: SQSInput) throws(ServiceFault) -> MessageQueue {
        let url = try input.requireText("QueueUrl")
        let parts = url.split(separator: "/")
        guard let name = parts.last else { throw .queueUnknown }
        if parts.count > 1, parts[parts.count - 2] != LocalAccount.id { throw .queueUnknown }
        guard let queue = queues[String(name)] else { throw .queueUnknown }
        return queue
    }

    func addQueue(_ name: String, settings: QueueSettings, tags: [String: String]) throws(ServiceFault) -> MessageQueue
    {
        let now = host.clock.now
        if let deleted = deletedAt[name] {
            guard deleted + Self.nameReuseInterval <= now else {
                throw ServiceFault(
                    code: "QueueDeletedRecently",
                    message:
                        "You must wait 60 seconds after deleting a queue before you can create another with the same name."
                )
            }
            deletedAt[name] = nil
        }
        let queue = MessageQueue(
            name: name, settings: settings, tags: tags, createdAt: now, modifiedAt: now, host: host)
        queue.keep()
        queues[name] = queue
        return queue
    }

    func remove(_ queue: MessageQueue) {
        let now = host.clock.now
        deletedAt = deletedAt.filter { $0.value + Self.nameReuseInterval > now }
        deletedAt[queue.name] = now
        queue.delete()
        queues[queue.name] = nil
    }

    /// Where a queue's messages go that are received too often.
    func deadLetters(of queue: MessageQueue) -> MessageQueue? {
        queue.settings.redrive.flatMap { self.queue(arn: $0.targetARN) }
    }

    /// A name for who waits for messages.
    func nextPollID() -> String {
        pollCount += 1
        return "poll \(pollCount)"
    }

    func beginPoll(_ id: String, end: @escaping () -> Void) { polls[id] = end }

    func endPoll(_ id: String) { polls[id] = nil }

    /// Keeps nobody waiting any more.
    func windDown() {
        isWindingDown = true
        for end in polls.values { end() }
        polls = [:]
    }

    // MARK: Calls

    func headers(of fault: ServiceFault) -> [(String, String)] {
        [("x-amzn-query-error", "\(fault.queryCode);Sender")]
    }

    /// - Note: Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon SQS".
    func requiredAccess(_ operation: String, _ input: JSONValue) -> (action: String, resource: String)? {
        let action = operation.hasSuffix("Batch") ? String(operation.dropLast(5)) : operation
        let name =
            input["QueueUrl"]?.string?.split(separator: "/").last.map { String($0) } ?? input["QueueName"]?.string
        let resource =
            input["SourceArn"]?.string
            ?? name.map { "arn:aws:sqs:\(LocalAccount.region):\(LocalAccount.id):\($0)" } ?? "*"
        return ("sqs:\(action)", resource)
    }

    func perform(
        _ operation: String, _ input: JSONValue, of call: ServiceCall,
        reply: @escaping (Result<JSONValue, ServiceFault>) -> Void
    ) {
        let input = SQSInput(value: input)
        do throws(ServiceFault) {
            if operation == "ReceiveMessage" {
                try receive(input) { reply(.success($0)) }
            } else {
                reply(.success(try answer(operation, input, call)))
            }
        } catch {
            reply(.failure(error))
        }
    }

    private func answer(
        _ operation: String, _ input: SQSInput, _ call: ServiceCall
    ) throws(ServiceFault) -> JSONValue {
        switch operation {
        case "SendMessage": try send(input, call)
        case "SendMessageBatch": try sendBatch(input, call)
        case "DeleteMessage": try delete(input)
        case "DeleteMessageBatch": try deleteBatch(input)
        case "ChangeMessageVisibility": try changeVisibility(input)
        case "ChangeMessageVisibilityBatch": try changeVisibilityBatch(input)
        case "CreateQueue": try createQueue(input)
        case "DeleteQueue": try deleteQueue(input)
        case "GetQueueUrl": try getQueueURL(input)
        case "ListQueues": try listQueues(input)
        case "GetQueueAttributes": try getAttributes(input)
        case "SetQueueAttributes": try setAttributes(input)
        case "PurgeQueue": try purge(input)
        case "TagQueue": try tag(input)
        case "UntagQueue": try untag(input)
        case "ListQueueTags": try listTags(input)
        case "AddPermission": try addPermission(input)
        case "RemovePermission": try removePermission(input)
        case "ListDeadLetterSourceQueues": try listSources(input)
        case "StartMessageMoveTask": try startMoveTask(input)
        case "ListMessageMoveTasks": try listMoveTasks(input)
        case "CancelMessageMoveTask": try cancelMoveTask(input)
        default:
            throw ServiceFault(
                code: "UnknownOperationException", message: "The action \(operation) is not valid for this endpoint.")
        }
    }

    // MARK: Deliveries

    func accept(_ delivery: Delivery, for arn: String) throws(DeliveryFailure) {
        guard let queue = queue(arn: arn) else {
            throw DeliveryFailure(
                code: "AWS.SimpleQueueService.NonExistentQueue", message: "The specified queue does not exist: \(arn)",
                isTemporary: false)
        }
        var draft = MessageDraft(
            body: String(decoding: delivery.payload, as: UTF8.self), senderID: delivery.source)
        draft.attributes = delivery.messageAttributes.map {
            MessageAttribute(name: $0.name, dataType: "String", value: .text($0.value))
        }
        draft.traceHeader = delivery.trace.isEmpty ? nil : delivery.trace
        draft.groupID = delivery.messageGroupID
        draft.deduplicationID = delivery.messageDeduplicationID
        do throws(ServiceFault) {
            _ = queue.send(try checked(draft, for: queue))
        } catch {
            throw DeliveryFailure(code: error.queryCode, message: error.message, isTemporary: false)
        }
    }
}
