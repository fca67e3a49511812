package import Time

/// Why a ballot does not count; earlier cases win.
package enum VoteRefusal: Refusal {
    case votingUnknown
    /// R2: another choice than the one that stands.
    case alreadyVoted(Participation.Vote)
    case cancelled
    /// R14, R16: before the window.
    case notStarted(startsAt: Timestamp)
    /// R14, R16: at its end or later.
    case ended(endsAt: Timestamp)
    case optionUnknown
    /// R11: a paid voting, and no credit left.
    case noCredits

    package enum Code: String, CaseIterable, Sendable {
        case votingUnknown = "VOTING_UNKNOWN"
        case alreadyVoted = "ALREADY_VOTED"
        case cancelled = "CANCELLED"
        case notStarted = "NOT_STARTED"
        case ended = "ENDED"
        case optionUnknown = "OPTION_UNKNOWN"
        case noCredits = "NO_CREDITS"
    }

    package var code: Code {
        switch self {
        case .votingUnknown: .votingUnknown
        case .alreadyVoted: .alreadyVoted
        case .cancelled: .cancelled
        case .notStarted: .notStarted
        case .ended: .ended
        case .optionUnknown: .optionUnknown
        case .noCredits: .noCredits
        }
    }

    package var message: String {
        switch self {
        case .votingUnknown: "We can't find this voting. Check the link you were sent."
        case .alreadyVoted: "Your vote is already in, and it can't be changed."
        case .cancelled: "This voting was cancelled. The list shows what else is on."
        case .notStarted: "This voting has not started yet. Come back when it opens."
        case .ended: "This voting has ended. The results page has the outcome."
        case .optionUnknown: "This voting has no such option. Reload the page and choose again."
        case .noCredits: "A vote here costs one credit and you have none left. Buy credits and vote again."
        }
    }
}
