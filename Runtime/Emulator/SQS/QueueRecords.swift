import Items
import JSON
import Time

/// How a queue and its messages are kept. What a message is and how it fares are two records, so that a receive does
/// not write the message again.
struct QueueRecords {
    static let queueKind = "sqs.queue"
    private static let messageKind = "sqs.message"
    private static let stateKind = "sqs.state"
    private static let deduplicationKind = "sqs.deduplication"

    let journal: Journal
    let queue: String

    func note(_ note: QueueMessages.Note) {
        switch note {
        case .added(let message): journal.put(Self.messageKind, key(message.number), Self.content(of: message))
        case .changed(let message):
            // That its time has come can be told from the time.
            if message.state == .ready, message.receiveCount == 0 { return }
            journal.put(Self.stateKind, key(message.number), Self.state(of: message))
        case .removed(let number):
            journal.remove(Self.messageKind, key(number))
            journal.remove(Self.stateKind, key(number))
        }
    }

    func remember(_ key: String, _ entry: Deduplication.Entry) {
        let value: JSONValue = [
            "id": .string(entry.messageID), "sequence": .string(entry.sequenceNumber), "sent": Self.json(entry.sentAt),
        ]
        journal.put(Self.deduplicationKind, "\(queue)/\(key)", value.compactBytes)
    }

    func forget(_ keys: [String]) {
        for key in keys { journal.remove(Self.deduplicationKind, "\(queue)/\(key)") }
    }

    private func key(_ number: Int64) -> String { "\(queue)/\(QueueMessage.padded(number))" }

    // MARK: Reading

    /// What was kept, by queue.
    struct Kept {
        var messages: [String: [QueueMessage]] = [:]
        var deduplication: [String: [(key: String, entry: Deduplication.Entry)]] = [:]
    }

    static func load(_ journal: Journal) throws(EmulatorError) -> Kept {
        var kept = Kept()
        var states: [String: JSONValue] = [:]
        for (key, value) in try journal.load(stateKind) {
            guard let state = try? parseJSON(value) else {
                throw EmulatorError("The kept state of the message \(key) can't be read.")
            }
            states[key] = state
        }
        for (key, value) in try journal.load(messageKind) {
            let parts = key.split(separator: "/")
            guard parts.count == 2, let number = Int64(parts[1]), let content = try? parseJSON(value),
                let message = message(number, content, states[key])
            else { throw EmulatorError("The kept message \(key) can't be read.") }
            kept.messages[String(parts[0]), default: []].append(message)
        }
        for (key, value) in try journal.load(deduplicationKind) {
            let parts = key.split(separator: "/", maxSplits: 1)
            guard parts.count == 2, let value = try? parseJSON(value), let id = value["id"]?.string,
                let sequence = value["sequence"]?.string, let sent = value["sent"]?.int
            else { throw EmulatorError("The kept deduplication \(key) can't be read.") }
            let entry = Deduplication.Entry(
                messageID: id, sequenceNumber: sequence, sentAt: Timestamp(milliseconds: Int64(sent)))
            kept.deduplication[String(parts[0]), default: []].append((String(parts[1]), entry))
        }
        return kept
    }

    // MARK: Records

    private static func json(_ instant: Timestamp) -> JSONValue { .number(JSONNumber(Int(instant.milliseconds))) }

    private static func content(of message: QueueMessage) -> [UInt8] {
        var content: JSONObject = [
            "id": .string(message.id), "body": .string(message.body), "sender": .string(message.senderID),
            "sent": json(message.sentAt),
        ]
        if !message.attributes.isEmpty {
            content["attributes"] = .object(JSONObject(message.attributes.map { ($0.name, $0.json) }))
        }
        content["trace"] = message.traceHeader.map { .string($0) }
        content["group"] = message.groupID.map { .string($0) }
        content["deduplication"] = message.deduplicationID.map { .string($0) }
        content["source"] = message.deadLetterSourceARN.map { .string($0) }
        if message.earlierReceives > 0 { content["earlier"] = .number(JSONNumber(message.earlierReceives)) }
        if case .delayed(let until) = message.state { content["delayed"] = json(until) }
        return JSONValue.object(content).compactBytes
    }

    private static func state(of message: QueueMessage) -> [UInt8] {
        var state: JSONObject = ["count": .number(JSONNumber(message.receiveCount))]
        state["first"] = message.firstReceivedAt.map(json)
        if case .inFlight(let until) = message.state { state["until"] = json(until) }
        return JSONValue.object(state).compactBytes
    }

    private static func message(_ number: Int64, _ content: JSONValue, _ state: JSONValue?) -> QueueMessage? {
        func instant(_ value: JSONValue?) -> Timestamp? { value?.int.map { Timestamp(milliseconds: Int64($0)) } }
        guard let id = content["id"]?.string, let body = content["body"]?.string,
            let sender = content["sender"]?.string, let sent = instant(content["sent"]),
            let attributes = try? MessageAttribute.all(of: content["attributes"])
        else { return nil }
        var message = QueueMessage(number: number, id: id, body: body, senderID: sender, sentAt: sent)
        message.attributes = attributes
        message.traceHeader = content["trace"]?.string
        message.groupID = content["group"]?.string
        message.deduplicationID = content["deduplication"]?.string
        message.deadLetterSourceARN = content["source"]?.string
        message.earlierReceives = content["earlier"]?.int ?? 0
        if let until = instant(content["delayed"]) { message.state = .delayed(until: until) }
        if let state {
            message.receiveCount = state["count"]?.int ?? 0
            message.firstReceivedAt = instant(state["first"])
            message.state = instant(state["until"]).map { .inFlight(until: $0) } ?? .ready
        }
        return message
    }
}
