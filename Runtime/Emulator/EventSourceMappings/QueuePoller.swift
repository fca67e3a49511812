import JSON
import Routing
import Time

/// Brings a queue's messages to a function.
///
/// - Note: Source: AWS Lambda Developer Guide, "Using Lambda with Amazon SQS".
final class QueuePoller: Poller {
    private let mapping: EventSourceMapping
    private let criteria: FilterCriteria
    private let queue: MessageQueue
    private let deadLetters: () -> MessageQueue?
    private let invocation: BatchInvocation
    private let function: FunctionConfiguration
    private let host: ServiceHost
    private let report: (_ result: String) -> Void
    /// Batches at the function at once. More than it has environments would only wait there, and their messages' time
    /// would run.
    private let concurrencyMax: Int

    private struct Record {
        var message: QueueMessage
        var json: [UInt8]
        /// The tracing header with which its function is invoked; nil for a new one.
        var trace: String?
    }

    private var gathered: [Record] = []
    private var window: BatchWindow
    private var running = 0
    private var timer: Timers.Timer?
    private var isStopped = false

    init(
        _ mapping: EventSourceMapping, queue: MessageQueue, deadLetters: @escaping () -> MessageQueue?,
        pool: FunctionPool, host: ServiceHost, report: @escaping (_ result: String) -> Void
    ) throws(ServiceFault) {
        self.mapping = mapping
        self.queue = queue
        self.deadLetters = deadLetters
        function = pool.function
        self.host = host
        self.report = report
        criteria = try mapping.criteria()
        invocation = BatchInvocation(pool: pool, host: host, reportsFailures: mapping.reportsFailures)
        concurrencyMax = max(1, min(mapping.maximumConcurrency ?? .max, pool.function.concurrencyMax))
        window = BatchWindow(countMax: mapping.batchSize, window: mapping.window)
        queue.addConsumer(mapping.uuid) { [weak self] in self?.poll() }
    }

    func stop() {
        isStopped = true
        queue.removeConsumer(mapping.uuid)
        timer?.cancel()
        // Nobody will process them: they needn't wait for the end of their time.
        for record in gathered { queue.changeVisibility(of: record.message.number, to: .zero) }
        gathered = []
    }

    /// A batch at the function is finished all the same.
    func windDown() { stop() }

    private var disturbance: Disturbance? { host.trial?.disturbance }

    private func poll() {
        while !isStopped, running < concurrencyMax {
            let room = disturbance?.batchSize(of: window.room) ?? window.room
            let messages = queue.receive(room, deadLetters: deadLetters())
            // Empty ones are those of an idle queue, which no case is to blame for.
            if !messages.isEmpty { host.access.meter?.note(call: "sqs:ReceiveMessage") }
            for message in messages { gather(message) }
            let now = host.clock.now
            guard let due = window.due else {
                // All that came was filtered out; there may be more.
                if messages.isEmpty { return }
                continue
            }
            guard due <= now else {
                if timer == nil { setTimer(at: due) }
                if messages.isEmpty { return }
                continue
            }
            send()
        }
    }

    private func gather(_ message: QueueMessage) {
        let json = Self.json(message, of: queue)
        guard criteria.accepts(json) else { return queue.remove(message.number) }
        var trace = message.traceHeader
        if let header = trace {
            let next = Lineage.entering(function.arn, with: header)
            guard next != nil || function.allowsLoops else { return end(message) }
            trace = next ?? header
        }
        let record = Record(message: message, json: json.compactBytes, trace: trace)
        if !window.fits(record.json.count) { send() }
        window.add(record.json.count, at: host.clock.now)
        gathered.append(record)
    }

    /// Ends a chain in which the function was invoked too often: the message goes to the dead letters, or is lost.
    ///
    /// - Note: Source: AWS Lambda Developer Guide, "Use Lambda recursive loop detection to prevent infinite loops".
    private func end(_ message: QueueMessage) {
        host.log.noteLoop(of: function.logicalID)
        deadLetters()?.takeDeadLetter(message, from: queue)
        queue.remove(message.number)
    }

    private func setTimer(at due: Timestamp) {
        timer = host.timers.schedule(at: due) { [self] in
            timer = nil
            if !gathered.isEmpty, running < concurrencyMax { send() }
            poll()
        }
    }

    private func send() {
        let batch = gathered
        gathered = []
        window = BatchWindow(countMax: mapping.batchSize, window: mapping.window)
        timer?.cancel()
        timer = nil
        running += 1
        invocation.run(
            batch.map(\.json), identifiers: batch.map(\.message.id), trace: batch.first?.trace
        ) { [self] answer in
            running -= 1
            guard let answer else { return }
            finish(batch, answer.outcome)
            poll()
        }
    }

    /// In a trial a message may come once more, as long as that leaves it a try before the dead letters.
    private func keepsOnceMore(_ message: QueueMessage) -> Bool {
        guard let disturbance, message.receiveCount == 1, queue.settings.redrive?.maxReceiveCount ?? .max > 2 else {
            return false
        }
        return disturbance.keepsMessage()
    }

    /// What was processed is deleted; the rest comes back when its time is over.
    private func finish(_ batch: [Record], _ outcome: BatchOutcome) {
        let failed: Set<Int> =
            switch outcome {
            case .success: []
            case .failure: Set(batch.indices)
            case .partial(let indices): Set(indices)
            }
        if failed.count < batch.count { host.access.meter?.note(call: "sqs:DeleteMessage") }
        for (index, record) in batch.enumerated() where !failed.contains(index) {
            // A message that came back meanwhile has been received by somebody else.
            let isOurs = queue.messages[record.message.number]?.receiveCount == record.message.receiveCount
            if keepsOnceMore(record.message) {
                queue.changeVisibility(of: record.message.number, to: .zero)
            } else if isOurs || !queue.settings.isFIFO {
                queue.remove(record.message.number)
            }
        }
        if disturbance?.retriesAtOnce ?? false {
            for index in failed { queue.changeVisibility(of: batch[index].message.number, to: .zero) }
        }
        report(outcome == .failure ? MappingResult.failure : MappingResult.success)
    }

    private static func json(_ message: QueueMessage, of queue: MessageQueue) -> JSONValue {
        let attributes = message.systemAttributes(isFIFO: queue.settings.isFIFO)
        var record: JSONObject = [
            "messageId": .string(message.id), "receiptHandle": .string(ReceiptHandle(message, in: queue.name).text),
            "body": .string(message.body),
            "attributes": .object(JSONObject(attributes.map { ($0.name, .string($0.value)) })),
            "messageAttributes": .object(JSONObject(message.attributes.map { ($0.name, $0.recordJSON) })),
        ]
        record["md5OfMessageAttributes"] = MessageAttribute.md5(of: message.attributes).map { .string($0) }
        record["md5OfBody"] = .string(MessageAttribute.md5(of: message.body))
        record["eventSource"] = "aws:sqs"
        record["eventSourceARN"] = .string(queue.arn)
        record["awsRegion"] = .string(LocalAccount.region)
        return .object(record)
    }
}
