import Items
import Time

/// What users were sent, and what they had agreed to.
struct MessageBooks: Sendable {
    private struct Message: Sendable {
        var kind: MessageKind
        var userID: String
        var reference: String
        var sentAt: Timestamp
        var text: String { "\(kind.rawValue) \(reference) \(userID)" }
    }

    private enum MessageKind: String {
        case reminder = "REMINDER"
        case alert = "ALERT"
        case update = "UPDATE"

        var consent: Preference.Kind? {
            switch self {
            case .reminder: .reminders
            case .update: .updates
            case .alert: nil
            }
        }
    }

    private struct Consent: Hashable, Sendable {
        var userID: String
        var kind: Preference.Kind
    }

    private struct Statement: Sendable {
        var at: Timestamp
        var agrees: Bool
    }

    private var messages: [Message] = []
    /// What each user has that may come once only: alerts of a voting, and updates.
    private var unique: Set<String> = []
    private var repeated: [Violation] = []
    private var statements: [Consent: [Statement]] = [:]

    mutating func enter(_ item: Item) throws(MalformedItem) {
        let parts = item.partitionParts
        let sort = item[ItemKey.sortName]?.string ?? ""
        if parts.first == "INBOX", parts.count == 2 {
            try enterMessage(ItemReader(item, "inbox message"), of: String(parts[1]), sort)
        } else if parts.first == "PREF", parts.count == 3, let kind = Preference.Kind(rawValue: String(parts[1])) {
            let preference = try Preference(item: item)
            enter(Statement(at: preference.since, agrees: true), Consent(userID: preference.userID, kind: kind))
        } else if parts.first == "USER", parts.count == 2, sort.hasPrefix("CONSENT#") {
            let reader = ItemReader(item, "consent")
            let name = sort.split(separator: "#").dropFirst().first ?? ""
            guard let kind = Preference.Kind(rawValue: String(name)), let agrees = item["agrees"]?.bool else {
                throw MalformedItem("consent", "agrees")
            }
            enter(Statement(at: try reader.time("at"), agrees: agrees), Consent(userID: String(parts[1]), kind: kind))
        }
    }

    private mutating func enter(_ statement: Statement, _ consent: Consent) {
        statements[consent, default: []].append(statement)
    }

    private mutating func enterMessage(
        _ reader: ItemReader, of userID: String, _ sort: String
    ) throws(MalformedItem) {
        guard let kind = MessageKind(rawValue: try reader.string("kind")) else {
            throw MalformedItem("inbox message", "kind")
        }
        let (reference, version) = (try reader.string("reference"), try reader.integer("version"))
        let message = Message(
            kind: kind, userID: userID, reference: reference, sentAt: try reader.time("sentAt"))
        // Under another key it would not stand in the way of another one.
        let isProper = sort == "\(kind.rawValue)#\(reference)#\(version)"
        if !isProper || kind != .reminder && !unique.insert(message.text).inserted {
            repeated.append(Violation(.messageRepeated, message.text))
        }
        messages.append(message)
    }

    // MARK: What must hold

    /// How much later something may be written than the time that it bears: a function's time, and some. What bears
    /// the later time of two may have been there first.
    private static let writingTime = Duration.seconds(30)

    func violations(of votes: VoteBooks, in period: AuditPeriod) -> [Violation] {
        repeated + messages.filter { period.contains($0.sentAt) }.compactMap { violation(of: $0, votes) }
    }

    private func violation(of message: Message, _ votes: VoteBooks) -> Violation? {
        if let kind = message.kind.consent {
            return isAgreed(Consent(userID: message.userID, kind: kind), at: message.sentAt)
                ? nil : Violation(.messageWithoutConsent, message.text)
        }
        let ballot = CreditBooks.Ballot(votingID: message.reference, userID: message.userID)
        let wasRegistered = votes.wasRegistered(ballot, at: message.sentAt, storedWithin: Self.writingTime)
        let hadVoted = votes.votedAt(ballot).map { $0 + Self.writingTime < message.sentAt } ?? false
        return !wasRegistered || hadVoted ? Violation(.alertNotWanted, message.text) : nil
    }

    /// Whether the user agreed at some moment of the time in which the message was written.
    private func isAgreed(_ consent: Consent, at instant: Timestamp) -> Bool {
        let before = (statements[consent] ?? []).filter { $0.at <= instant + Self.writingTime }
        let start = instant - Self.writingTime
        let first = before.filter { $0.at <= start }.max { $0.at < $1.at }
        return first?.agrees ?? false || before.contains { $0.at > start && $0.agrees }
    }
}
