import Time

/// A zone's rule for the years to come: a standard offset and, in most zones, summer time between two days of each
/// year.
///
/// - Note: Source: RFC 9636, section 3.3.1, and POSIX.1-2017, section 8.3, `TZ`.
struct RecurringRule: Hashable, Sendable {
    /// Seconds to add to UTC.
    var standardOffset: Int64
    var summer: Summer?

    struct Summer: Hashable, Sendable {
        var offset: Int64
        var start: YearlyTime
        var end: YearlyTime
    }

    struct Change: Sendable {
        var instant: Int64
        var offset: Int64
    }

    func offset(at instant: Int64) -> Int64 {
        guard let summer else { return standardOffset }
        // Where summer time ends as the next begins, in a zone that always has it, the beginning counts.
        let latest = changes(around: instant).filter { $0.instant <= instant }
            .max { ($0.instant, $0.offset == summer.offset ? 1 : 0) < ($1.instant, $1.offset == summer.offset ? 1 : 0) }
        return latest?.offset ?? standardOffset
    }

    /// The changes of the year of `instant`, of the one before and of the one after: a change may lie up to a week
    /// outside its year.
    func changes(around instant: Int64) -> [Change] {
        guard let summer else { return [] }
        let year = CivilDateTime(secondsSince1970: instant).year
        return (year - 1...year + 1).flatMap { year in
            [
                Change(instant: summer.start.seconds(inYear: year) - standardOffset, offset: summer.offset),
                Change(instant: summer.end.seconds(inYear: year) - summer.offset, offset: standardOffset),
            ]
        }
    }
}

/// A moment of every year, by the clock that is about to be set.
struct YearlyTime: Hashable, Sendable {
    enum Day: Hashable, Sendable {
        /// `Jn`: 1...365, 29 February never counted.
        case julian(Int64)
        /// `n`: 0...365, 29 February counted.
        case zeroBased(Int64)
        /// `Mm.w.d`: month 1...12, week 1...5 where 5 is the last, day 0...6 from Sunday.
        case weekday(month: Int64, week: Int64, day: Int64)
    }

    var day: Day
    /// Seconds from midnight, -167...167 hours.
    var timeOfDay: Int64

    /// Seconds since 1970 on the local clock.
    func seconds(inYear year: Int64) -> Int64 { days(inYear: year) * 86_400 + timeOfDay }

    private func days(inYear year: Int64) -> Int64 {
        switch day {
        case .julian(let number):
            let isLeap = Timestamp.daysIn(month: 2, year: year) == 29
            return Timestamp.days(year: year, month: 1, day: 1) + number - 1 + (isLeap && number >= 60 ? 1 : 0)
        case .zeroBased(let number):
            return Timestamp.days(year: year, month: 1, day: 1) + number
        case .weekday(let month, let week, let day):
            let first = Timestamp.days(year: year, month: month, day: 1)
            let inMonth = (day - Weekday(ofDays: first).rawValue + 7) % 7 + (week - 1) * 7
            // The fifth may not exist; the last is then the fourth.
            return first + (inMonth < Timestamp.daysIn(month: month, year: year) ? inMonth : inMonth - 7)
        }
    }
}
