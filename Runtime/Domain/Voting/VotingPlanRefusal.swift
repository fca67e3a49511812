package import Time

/// Why a voting can't be made or changed; earlier cases win.
package enum VotingPlanRefusal: Refusal {
    case votingUnknown
    /// The idempotency key stands for another voting.
    case keyReused
    case cancelled
    /// Or about to.
    case ended(endsAt: Timestamp)
    /// R5: free stays free and paid stays paid.
    case kindFixed
    /// R4: nothing but the end of a voting that is open, or about to be, can be changed.
    case started(startsAt: Timestamp)
    /// Only an open voting can be closed.
    case notStarted(startsAt: Timestamp)
    case titleInvalid
    /// R4: two options or more.
    case optionCountInvalid
    case optionInvalid
    case optionRepeated
    case windowEmpty
    case windowPast(earliest: Timestamp)
    case windowTooFar(latest: Timestamp)
    case calendarFull(limit: Int)
    /// R13
    case tooManyOpen(limit: Int)

    package enum Code: String, CaseIterable, Sendable {
        case votingUnknown = "VOTING_UNKNOWN"
        case keyReused = "IDEMPOTENCY_KEY_REUSED"
        case cancelled = "CANCELLED"
        case ended = "ENDED"
        case kindFixed = "KIND_FIXED"
        case started = "STARTED"
        case notStarted = "NOT_STARTED"
        case titleInvalid = "TITLE_INVALID"
        case optionCountInvalid = "OPTION_COUNT_INVALID"
        case optionInvalid = "OPTION_INVALID"
        case optionRepeated = "OPTION_REPEATED"
        case windowEmpty = "WINDOW_EMPTY"
        case windowPast = "WINDOW_PAST"
        case windowTooFar = "WINDOW_TOO_FAR"
        case calendarFull = "CALENDAR_FULL"
        case tooManyOpen = "TOO_MANY_OPEN"
    }

    package var code: Code {
        switch self {
        case .votingUnknown: .votingUnknown
        case .keyReused: .keyReused
        case .cancelled: .cancelled
        case .ended: .ended
        case .kindFixed: .kindFixed
        case .started: .started
        case .notStarted: .notStarted
        case .titleInvalid: .titleInvalid
        case .optionCountInvalid: .optionCountInvalid
        case .optionInvalid: .optionInvalid
        case .optionRepeated: .optionRepeated
        case .windowEmpty: .windowEmpty
        case .windowPast: .windowPast
        case .windowTooFar: .windowTooFar
        case .calendarFull: .calendarFull
        case .tooManyOpen: .tooManyOpen
        }
    }

    package var message: String {
        switch self {
        case .votingUnknown: "There is no such voting. Reload the list."
        case .keyReused: "This request was already used to make another voting. Start again from the form."
        case .cancelled: "This voting was cancelled, which is final. Make a new one."
        case .ended: "This voting has ended, or is about to. Make a new one."
        case .kindFixed: "A free voting stays free and a paid one stays paid. Make a new one."
        case .started:
            "This voting has started, or is about to: only its end can be moved, or the voting cancelled."
        case .notStarted: "This voting has not started: there is nothing to close. Cancel it, or change its window."
        case .titleInvalid: "A title has 1 to \(VotingDraft.titleBytesMax) bytes that are not all blank."
        case .optionCountInvalid: "A voting has 2 to \(VotingDraft.optionsMax) options."
        case .optionInvalid:
            "An option has an id of 1 to \(VotingDraft.optionIDLengthMax) letters, digits, dashes or underscores, and "
                + "a title of 1 to \(VotingDraft.titleBytesMax) bytes."
        case .optionRepeated: "Two options have the same id. Give each its own."
        case .windowEmpty: "The end must be later than the start."
        case .windowPast: "This time is already past, or nearly so. Choose a later one."
        case .windowTooFar: "This end is more than two years ahead. Choose an earlier one."
        case .calendarFull: "Too many votings are scheduled. Wait for one to end, or cancel one."
        case .tooManyOpen: "Too many votings would be open at the same time. Move this one or another."
        }
    }
}
