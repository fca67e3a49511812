import JSON
import NIOCore
import Time

/// A queue: its settings, its messages, and who waits for them.
final class MessageQueue {
    let name: String
    let arn: String
    let url: String
    private let host: ServiceHost
    private let records: QueueRecords
    let createdAt: Timestamp
    private(set) var modifiedAt: Timestamp
    private(set) var settings: QueueSettings
    private(set) var tags: [String: String]
    let messages: QueueMessages
    private var deduplication = Deduplication()
    private var attempts: [String: ReceiveAttempt] = [:]
    var purgedAt: Timestamp?

    /// Called when there may be something to receive.
    private var consumers: [(id: String, wake: () -> Void)] = []
    private var isWakeScheduled = false
    private var timer: (due: Timestamp, timer: Timers.Timer)?

    /// A receive that its caller may ask for again, for want of the answer.
    private struct ReceiveAttempt {
        var at: Timestamp
        /// Numbers and receives.
        var received: [(number: Int64, count: Int)]
    }

    init(
        name: String, settings: QueueSettings, tags: [String: String], createdAt: Timestamp, modifiedAt: Timestamp,
        host: ServiceHost
    ) {
        self.name = name
        self.settings = settings
        self.tags = tags
        self.createdAt = createdAt
        self.modifiedAt = modifiedAt
        self.host = host
        arn = "arn:aws:sqs:\(LocalAccount.region):\(LocalAccount.id):\(name)"
        url = "\(host.endpoint)/\(LocalAccount.id)/\(name)"
        records = QueueRecords(journal: host.journal, queue: name)
        messages = QueueMessages(
            isFIFO: settings.isFIFO, takesNewest: { host.trial?.disturbance?.takesNewestMessage() ?? false },
            note: records.note)
    }

    func restore(_ kept: [QueueMessage], _ deduplicated: [(key: String, entry: Deduplication.Entry)]) {
        for message in kept { messages.restore(message) }
        for (key, entry) in deduplicated.sorted(by: { $0.entry.sentAt < $1.entry.sentAt }) {
            deduplication.remember(key, entry)
        }
        settle()
    }

    // MARK: Settings

    func change(settings: QueueSettings, tags: [String: String]) {
        self.settings = settings
        self.tags = tags
        modifiedAt = host.clock.now
        keep()
    }

    func keep() {
        let value: JSONValue = [
            "attributes": .object(JSONObject(settings.values.map { ($0, .string($1)) })),
            "tags": .object(JSONObject(tags.map { ($0, .string($1)) })),
            "created": .number(JSONNumber(Int(createdAt.milliseconds))),
            "modified": .number(JSONNumber(Int(modifiedAt.milliseconds))),
        ]
        host.journal.put(QueueRecords.queueKind, name, value.compactBytes)
    }

    /// The queue goes away with all that is in it.
    func delete() {
        removeMessages()
        records.forget(deduplication.removeAll())
        host.journal.remove(QueueRecords.queueKind, name)
        consumers = []
        timer?.timer.cancel()
    }

    func removeMessages() {
        messages.removeAll()
        attempts = [:]
    }

    // MARK: Sending

    /// Puts a message in, unless a FIFO queue has had it before.
    ///
    /// - Returns: its id, and with a FIFO queue its sequence number.
    func send(_ draft: MessageDraft) -> (id: String, sequenceNumber: String?) {
        let now = settle()
        var message = QueueMessage(
            number: messages.nextNumber(at: now), id: host.identifiers.requestID(), body: draft.body,
            senderID: draft.senderID, sentAt: now)
        message.attributes = draft.attributes
        message.traceHeader = draft.traceHeader
        message.groupID = draft.groupID
        message.deduplicationID = draft.deduplicationID
        if let id = draft.deduplicationID {
            let key = Deduplication.key(id, group: settings.deduplicatesPerGroup ? draft.groupID : nil)
            if let known = deduplication[key] { return (known.messageID, known.sequenceNumber) }
            let entry = Deduplication.Entry(
                messageID: message.id, sequenceNumber: message.sequenceNumber, sentAt: now)
            deduplication.remember(key, entry)
            records.remember(key, entry)
        }
        let delay = draft.delay ?? settings.delay
        if delay > .zero { message.state = .delayed(until: now + delay) }
        messages.add(message)
        wakeSoon()
        return (message.id, settings.isFIFO ? message.sequenceNumber : nil)
    }

    /// Takes a message over from a queue in which it was received too often.
    func takeDeadLetter(_ message: QueueMessage, from source: MessageQueue) {
        var moved = message
        moved.deadLetterSourceARN = source.arn
        moved.earlierReceives += message.receiveCount
        // Only a standard queue counts the message's age from when it was first sent.
        if settings.isFIFO { moved.sentAt = host.clock.now }
        add(moved)
    }

    /// Takes a message back from a dead-letter queue: as a new one, with a new id.
    func takeBack(_ message: QueueMessage) {
        var moved = message
        moved.id = host.identifiers.requestID()
        moved.deadLetterSourceARN = nil
        moved.earlierReceives = 0
        moved.sentAt = host.clock.now
        add(moved)
    }

    /// Adds a message that was received elsewhere.
    private func add(_ message: QueueMessage) {
        var message = message
        message.number = messages.nextNumber(at: settle())
        message.receiveCount = 0
        message.firstReceivedAt = nil
        message.state = .ready
        messages.add(message)
        wakeSoon()
    }

    // MARK: Receiving

    /// - Parameter deadLetters: takes those that have been received too often; without it they stay.
    func receive(
        _ limit: Int, visibility: Duration? = nil, attemptID: String? = nil, deadLetters: MessageQueue?
    ) -> [QueueMessage] {
        let now = settle()
        let visibility = visibility ?? settings.visibility
        if let attemptID, let again = receiveAgain(attemptID, visibility, now) { return again }
        let (received, spent) = messages.receive(
            limit, visibility: visibility,
            maxReceiveCount: deadLetters == nil ? nil : settings.redrive?.maxReceiveCount, at: now)
        for message in spent { deadLetters?.takeDeadLetter(message, from: self) }
        if let attemptID, !received.isEmpty {
            attempts = attempts.filter { $0.value.at + Deduplication.interval > now }
            attempts[attemptID] = ReceiveAttempt(at: now, received: received.map { ($0.number, $0.receiveCount) })
        }
        setTimer()
        return received
    }

    /// The same messages, if nothing has happened to them; their time begins anew.
    private func receiveAgain(_ attemptID: String, _ visibility: Duration, _ now: Timestamp) -> [QueueMessage]? {
        guard let attempt = attempts[attemptID], attempt.at + Deduplication.interval > now else { return nil }
        for (number, count) in attempt.received {
            guard let message = messages[number], message.receiveCount == count, case .inFlight = message.state else {
                return nil
            }
        }
        for (number, _) in attempt.received {
            messages.changeVisibility(of: number, until: now + visibility, at: now)
        }
        return attempt.received.compactMap { messages[$0.number] }
    }

    /// - Returns: now.
    @discardableResult
    func settle() -> Timestamp {
        let now = host.clock.now
        messages.settle(at: now, retention: settings.retention)
        records.forget(deduplication.forget(at: now))
        return now
    }

    func remove(_ number: Int64) {
        guard messages.remove(number) != nil else { return }
        // The next of its group may follow.
        if settings.isFIFO { wakeSoon() }
    }

    func changeVisibility(of number: Int64, to visibility: Duration) {
        let now = host.clock.now
        attempts = attempts.filter { attempt in !attempt.value.received.contains { $0.number == number } }
        messages.changeVisibility(of: number, until: now + visibility, at: now)
        wakeSoon()
    }

    var hasConsumers: Bool { !consumers.isEmpty }

    // MARK: Waking

    /// - Parameter wake: called in a turn of the loop of its own when there may be something to receive, until
    ///   ``removeConsumer(_:)``.
    func addConsumer(_ id: String, wake: @escaping () -> Void) {
        consumers.append((id, wake))
        wakeSoon()
    }

    func removeConsumer(_ id: String) {
        consumers.removeAll { $0.id == id }
        setTimer()
    }

    /// At the end of this turn of the loop, so that what comes together is received together.
    func wakeSoon() {
        guard !isWakeScheduled, !consumers.isEmpty else { return }
        isWakeScheduled = true
        let wake = host.callback { [self] (_: Void) in
            isWakeScheduled = false
            self.wake()
        }
        host.loop.execute { wake(()) }
    }

    private func wake() {
        settle()
        for consumer in consumers {
            guard messages.hasAvailable else { break }
            consumer.wake()
        }
        setTimer()
    }

    /// While somebody waits, what falls due must be noticed.
    private func setTimer() {
        let due = consumers.isEmpty ? nil : messages.nextDue
        guard timer?.due != due else { return }
        timer?.timer.cancel()
        timer = due.map { due in
            let timer = host.timers.schedule(at: due) { [self] in
                self.timer = nil
                wake()
            }
            return (due, timer)
        }
    }
}

/// A message that is to be sent, checked.
struct MessageDraft {
    var body: String
    var attributes: [MessageAttribute] = []
    var traceHeader: String?
    var senderID: String
    var groupID: String?
    var deduplicationID: String?
    /// nil for the queue's own.
    var delay: Duration?
}
