import Items

/// What a receiver deletes a message with: the queue, the message and which of its receives it was.
struct ReceiptHandle {
    var queue: String
    var number: Int64
    var receiveCount: Int
    var messageID: String

    init(_ message: QueueMessage, in queue: String) {
        self.queue = queue
        number = message.number
        receiveCount = message.receiveCount
        messageID = message.id
    }

    /// nil if it is none of ours.
    init?(_ text: String) {
        guard let bytes = Base64.bytes(of: text) else { return nil }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard parts.count == 4, let number = Int64(parts[1]), let count = Int(parts[2]) else { return nil }
        queue = String(parts[0])
        self.number = number
        receiveCount = count
        messageID = String(parts[3])
    }

    var text: String { Base64.text(of: Array("\(queue) \(number) \(receiveCount) \(messageID)".utf8)) }
}
