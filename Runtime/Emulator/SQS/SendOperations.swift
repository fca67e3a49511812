import Crypto
import JSON
import NIOHTTP1

// Sending messages, one or ten.
extension SQSService {
    private static let entriesMax = 10
    private static let entryIDCharactersMax = 80
    /// Of group and deduplication ids.
    private static let idCharactersMax = 128

    func send(_ input: SQSInput, _ call: ServiceCall) throws(ServiceFault) -> JSONValue {
        .object(try send(input, to: queue(input), call))
    }

    func sendBatch(_ input: SQSInput, _ call: ServiceCall) throws(ServiceFault) -> JSONValue {
        let queue = try queue(input)
        let entries = try entries(of: input, "SendMessageBatchRequestEntry")
        let sizeBytes = entries.reduce(0) { total, entry in
            let attributes = (try? MessageAttribute.all(of: entry["MessageAttributes"])) ?? []
            return attributes.reduce(total + (entry["MessageBody"]?.string?.utf8.count ?? 0)) { $0 + $1.sizeBytes }
        }
        guard sizeBytes <= QueueSettings.sizeBytesMax else {
            throw ServiceFault(
                code: "BatchRequestTooLong",
                message: "Batch requests cannot be longer than \(QueueSettings.sizeBytesMax) bytes. You have sent "
                    + "\(sizeBytes) bytes.")
        }
        return eachEntry(entries) { entry throws(ServiceFault) in
            try self.send(SQSInput(value: entry), to: queue, call)
        }
    }

    private func send(
        _ input: SQSInput, to queue: MessageQueue, _ call: ServiceCall
    ) throws(ServiceFault) -> JSONObject {
        var draft = MessageDraft(body: try input.requireText("MessageBody"), senderID: Self.senderID(of: call.caller))
        draft.attributes = try MessageAttribute.all(of: input["MessageAttributes"])
        draft.groupID = try input.text("MessageGroupId")
        draft.deduplicationID = try input.text("MessageDeduplicationId")
        draft.delay = try input.integer(
            "DelaySeconds", in: 0...900, reason: "DelaySeconds must be >= 0 and <= 900."
        ).map { .seconds($0) }
        let systemAttributes = try MessageAttribute.all(of: input["MessageSystemAttributes"])
        for attribute in systemAttributes where attribute.name != "AWSTraceHeader" || attribute.dataType != "String" {
            throw .invalidParameter("Message system attribute name '\(attribute.name)' is invalid.")
        }
        if case .text(let header)? = systemAttributes.first?.value { draft.traceHeader = header }
        draft.traceHeader = draft.traceHeader ?? call.request.headers.first(name: "X-Amzn-Trace-Id")

        let sent = queue.send(try checked(draft, for: queue))
        var answer: JSONObject = [
            "MessageId": .string(sent.id), "MD5OfMessageBody": .string(MessageAttribute.md5(of: draft.body)),
        ]
        answer["MD5OfMessageAttributes"] = MessageAttribute.md5(of: draft.attributes).map { .string($0) }
        answer["MD5OfMessageSystemAttributes"] = MessageAttribute.md5(of: systemAttributes).map { .string($0) }
        answer["SequenceNumber"] = sent.sequenceNumber.map { .string($0) }
        return answer
    }

    private static func senderID(of caller: Caller) -> String {
        switch caller {
        case .account: LocalAccount.id
        case .function(let name): "AROALOCALEMULATOR:\(name)"
        }
    }

    // MARK: Checks

    /// The message as the queue takes it, a FIFO queue's deduplication id filled in.
    func checked(_ draft: MessageDraft, for queue: MessageQueue) throws(ServiceFault) -> MessageDraft {
        var draft = draft
        guard !draft.body.isEmpty else { throw .missingParameter("MessageBody") }
        if let scalar = draft.body.unicodeScalars.first(where: { !Self.isAllowed($0) }) {
            throw ServiceFault(
                code: "InvalidMessageContents",
                message:
                    "Invalid binary character '#x\(String(scalar.value, radix: 16))' was found in the message body, "
                    + "the set of allowed characters is #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to "
                    + "#x10FFFF")
        }
        let limit = queue.settings.messageSizeBytesMax
        guard draft.attributes.reduce(draft.body.utf8.count, { $0 + $1.sizeBytes }) <= limit else {
            throw .invalidParameter(
                "One or more parameters are invalid. Reason: Message must be shorter than \(limit) bytes.")
        }
        try Self.check(id: draft.groupID, "MessageGroupId")
        try Self.check(id: draft.deduplicationID, "MessageDeduplicationId")
        guard queue.settings.isFIFO else {
            if let id = draft.deduplicationID { throw Self.notForThisType(id, "MessageDeduplicationId") }
            return draft
        }
        guard draft.groupID != nil else { throw .missingParameter("MessageGroupId") }
        if let delay = draft.delay, delay > .zero {
            throw Self.notForThisType(String(delay.components.seconds), "DelaySeconds")
        }
        draft.delay = nil
        if draft.deduplicationID == nil {
            guard queue.settings.deduplicatesByContent else {
                throw .invalidParameter(
                    "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
                        + "explicitly")
            }
            draft.deduplicationID = SHA256.hash(data: Array(draft.body.utf8)).hexadecimalText
        }
        return draft
    }

    private static func notForThisType(_ value: String, _ name: String) -> ServiceFault {
        .invalidParameter(
            value, name, reason: "The request include parameter that is not valid for this queue type.")
    }

    private static func check(id: String?, _ name: String) throws(ServiceFault) {
        guard let id else { return }
        // Letters, digits and the punctuation of ASCII.
        guard 1...idCharactersMax ~= id.utf8.count, id.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
            throw .invalidParameter(
                id, name,
                reason: "\(name) can only include alphanumeric and punctuation characters. 1 to 128 in length.")
        }
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x9, 0xA, 0xD, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    // MARK: Batches

    /// The entries of a batch, 1...10 with distinct ids.
    func entries(of input: SQSInput, _ type: String) throws(ServiceFault) -> [JSONValue] {
        let entries = input["Entries"]?.array ?? []
        guard !entries.isEmpty else {
            throw ServiceFault(
                code: "EmptyBatchRequest", message: "There should be at least one \(type) in the request.")
        }
        guard entries.count <= Self.entriesMax else {
            throw ServiceFault(
                code: "TooManyEntriesInBatchRequest",
                message: "Maximum number of entries per request are \(Self.entriesMax). You have sent \(entries.count)."
            )
        }
        var ids: Set<String> = []
        for entry in entries {
            let id = entry["Id"]?.string ?? ""
            let isAllowed = id.utf8.allSatisfy { byte in
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            }
            guard isAllowed, 1...Self.entryIDCharactersMax ~= id.utf8.count else {
                throw ServiceFault(
                    code: "InvalidBatchEntryId",
                    message:
                        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be "
                        + "at most 80 letters long.")
            }
            guard ids.insert(id).inserted else {
                throw ServiceFault(code: "BatchEntryIdsNotDistinct", message: "Id \(id) repeated.")
            }
        }
        return entries
    }

    /// Each entry by itself, in order.
    func eachEntry(
        _ entries: [JSONValue], _ body: (JSONValue) throws(ServiceFault) -> JSONObject
    ) -> JSONValue {
        var (successful, failed): ([JSONValue], [JSONValue]) = ([], [])
        for entry in entries {
            let id = entry["Id"] ?? .null
            do throws(ServiceFault) {
                var answer = try body(entry)
                answer["Id"] = id
                successful.append(.object(answer))
            } catch {
                failed.append([
                    "Id": id, "SenderFault": true, "Code": .string(error.queryCode), "Message": .string(error.message),
                ])
            }
        }
        var answer: JSONObject = ["Successful": .array(successful)]
        if !failed.isEmpty { answer["Failed"] = .array(failed) }
        return .object(answer)
    }
}
