import JSON
import Time

/// What would have gone out by mail or as a text message, newest last. On the services' loop.
final class Mailbox {
    struct Message: Codable {
        var number: Int
        /// RFC 3339.
        var sentAt: String
        /// `EMAIL` or `SMS`.
        var medium: String
        var to: String
        /// Empty for text messages.
        var subject: String
        var text: String
        /// The pool that sends it.
        var from: String
    }

    static let kind = "cognito.mail"
    /// Older ones are thrown away.
    static let messagesMax = 1_000

    private let host: ServiceHost
    private var messages: [Message] = []
    private var count = 0

    init(host: ServiceHost) throws(EmulatorError) {
        self.host = host
        for (key, value) in try host.journal.load(Self.kind) {
            guard let message = try? decodeJSON(Message.self, from: value) else {
                throw EmulatorError("The kept message \(key) can't be read.")
            }
            messages.append(message)
        }
        count = messages.last?.number ?? 0
    }

    func put(medium: String, to address: String, subject: String, text: String, from pool: String) {
        count += 1
        let message = Message(
            number: count, sentAt: host.clock.now.description, medium: medium, to: address, subject: subject,
            text: text,
            from: pool)
        messages.append(message)
        // Texts and numbers only: there is nothing that could fail.
        host.journal.put(Self.kind, Self.key(count), try! encodeJSON(message))
        while messages.count > Self.messagesMax {
            host.journal.remove(Self.kind, Self.key(messages.removeFirst().number))
        }
    }

    /// Records come in the order of their keys.
    private static func key(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: 12 - text.count) + text
    }

    /// - Parameter address: nil for everyone's.
    func messages(to address: String?) -> [Message] {
        guard let address = address?.lowercased() else { return messages }
        return messages.filter { $0.to.lowercased() == address }
    }
}
