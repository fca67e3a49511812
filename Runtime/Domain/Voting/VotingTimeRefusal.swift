package import Time

/// Why a time can't be taken as it was given; earlier cases win.
package enum VotingTimeRefusal: Refusal, Error {
    case timeZoneUnknown(suggestion: String?)
    /// The zone's clocks are put forward over it.
    case localTimeSkipped(field: String)
    /// The zone's clocks are put back over it: they show it at two instants.
    case localTimeAmbiguous(field: String, earlier: Timestamp, later: Timestamp)

    package enum Code: String, CaseIterable, Sendable {
        case timeZoneUnknown = "TIME_ZONE_UNKNOWN"
        case localTimeSkipped = "LOCAL_TIME_SKIPPED"
        case localTimeAmbiguous = "LOCAL_TIME_AMBIGUOUS"
    }

    package var code: Code {
        switch self {
        case .timeZoneUnknown: .timeZoneUnknown
        case .localTimeSkipped: .localTimeSkipped
        case .localTimeAmbiguous: .localTimeAmbiguous
        }
    }

    package var message: String {
        switch self {
        case .timeZoneUnknown: "There is no such time zone. Give the name of a place, such as Europe/Berlin, or UTC."
        case .localTimeSkipped:
            "There is no such time on that day: the clocks are put forward over it. Choose another."
        case .localTimeAmbiguous:
            "There is this time twice on that day: the clocks are put back over it. Give it with its offset from UTC, "
                + "or choose another."
        }
    }
}
