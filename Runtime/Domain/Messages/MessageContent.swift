package import Time

/// What a message says, the same to every recipient.
package struct MessageContent: Hashable, Sendable {
    package var kind: MessageKind
    package var reference: String
    /// As ``MessageKind/inboxVersion(ofSchedule:)`` gives it.
    package var version: Int
    package var title: String
    package var text: String
    /// When the voting starts, or ends; nil for an update.
    package var at: Timestamp?
    /// Paid votings are told to those who want to see them (R6).
    package var concernsPaidVoting: Bool

    package init(
        kind: MessageKind, reference: String, version: Int, title: String, text: String, at: Timestamp? = nil,
        concernsPaidVoting: Bool = false
    ) {
        self.kind = kind
        self.reference = reference
        self.version = version
        self.title = title
        self.text = text
        self.at = at
        self.concernsPaidVoting = concernsPaidVoting
    }
}

/// Why a message is not sent any more.
package enum MessageVoid: String, CaseIterable, Error, Hashable, Sendable {
    /// There is no such voting or update.
    case unknown = "UNKNOWN"
    case cancelled = "CANCELLED"
    /// The voting was moved since: its new schedule counts.
    case moved = "MOVED"
    /// More than a queue can wait.
    case early = "EARLY"
    /// The voting has started, or ended, or the update is old.
    case late = "LATE"
}

/// What is to be said of a voting at `now`, if anything (R17, R19); the reasons against it win in the order of
/// ``MessageVoid``. To be asked when sending, and again when delivering.
///
/// - Parameter version: the schedule's that sent this.
package func decideContent(
    _ moment: VotingMoment, of voting: Voting?, version: Int, at now: Timestamp
) throws(MessageVoid) -> MessageContent {
    guard let voting else { throw .unknown }
    guard voting.cancelledAt == nil else { throw .cancelled }
    guard voting.scheduleVersion == version else { throw .moved }
    guard voting.due(moment) - now <= VotingMoment.waitMax else { throw .early }
    if let lapse = voting.lapse(of: moment), now >= lapse { throw .late }
    let isReminder = moment == .reminder
    let kind: MessageKind = isReminder ? .reminder : .alert
    return MessageContent(
        kind: kind, reference: voting.id, version: kind.inboxVersion(ofSchedule: version), title: voting.title,
        text: isReminder ? "This voting starts soon." : "This voting ends soon, and you have not voted yet.",
        at: isReminder ? voting.window.startsAt : voting.window.endsAt,
        concernsPaidVoting: voting.kind == .paid)
}

extension VotingMoment {
    /// The longest that a queue holds a message back.
    package static let waitMax: Duration = .seconds(900)
}

/// What is to be said of an update at `now`, if anything (R18).
package func decideContent(of update: Update?, at now: Timestamp) throws(MessageVoid) -> MessageContent {
    guard let update else { throw .unknown }
    guard now < update.createdAt + Update.freshness else { throw .late }
    return MessageContent(
        kind: .update, reference: update.id, version: 1, title: update.title, text: update.text)
}
