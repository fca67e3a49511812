package import Time

/// A time zone of the IANA database: which offset from UTC its clocks showed at any instant, and will by today's rules.
package struct TimeZone: Sendable {
    /// As it was asked for, such as `Europe/Berlin`.
    package let name: String
    let history: ZoneHistory

    init(name: String, history: ZoneHistory) {
        self.name = name
        self.history = history
    }

    /// Needs no database.
    package static let utc = TimeZone(name: "UTC", history: ZoneHistory(offset: 0))

    /// The seconds to add to UTC to get local time.
    package func offset(at instant: Timestamp) -> Int64 { history.offset(at: instant.secondsRoundedDown) }

    /// What the clocks of the zone show.
    package func civil(at instant: Timestamp) -> CivilDateTime {
        let seconds = instant.secondsRoundedDown
        return CivilDateTime(secondsSince1970: seconds + history.offset(at: seconds))
    }

    /// The instants at which the clocks of the zone show `civil`.
    package func instants(showing civil: CivilDateTime) -> CivilInstants {
        let local = civil.secondsSince1970
        // An instant t with t + offset(t) = local lies this near, so its offset is one of those in force around here.
        let reach = ZoneHistory.offsetSecondsMax
        let instants = history.offsets(from: local - reach, through: local + reach)
            .map { local - $0 }
            .filter { $0 + history.offset(at: $0) == local }
            .sorted()
        switch instants.count {
        case 0: return .gap
        case 1: return .plain(Timestamp(seconds: instants[0]))
        default: return .overlap(earlier: Timestamp(seconds: instants[0]), later: Timestamp(seconds: instants[1]))
        }
    }
}

/// The instants at which a clock shows a date and time.
package enum CivilInstants: Hashable, Sendable {
    /// Never: the clock was put forward over it.
    case gap
    case plain(Timestamp)
    /// Twice: the clock was put back over it.
    case overlap(earlier: Timestamp, later: Timestamp)

    /// The first of them, if there is one.
    package var earliest: Timestamp? {
        switch self {
        case .gap: nil
        case .plain(let instant): instant
        case .overlap(let earlier, _): earlier
        }
    }
}
