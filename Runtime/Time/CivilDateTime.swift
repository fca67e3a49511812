/// A date and a time of day on some clock on a wall, to the second, of the proleptic Gregorian calendar. Which instant
/// it names depends on the clock's time zone.
package struct CivilDateTime: Hashable, Sendable {
    package var year: Int64
    /// 1...12
    package var month: Int64
    /// 1...31
    package var day: Int64
    /// 0...23
    package var hour: Int64
    /// 0...59
    package var minute: Int64
    /// 0...59
    package var second: Int64

    package init(
        _ year: Int64, _ month: Int64, _ day: Int64, _ hour: Int64 = 0, _ minute: Int64 = 0, _ second: Int64 = 0
    ) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// What a clock shows so many seconds after 1970-01-01T00:00:00 on it.
    package init(secondsSince1970 seconds: Int64) {
        let days = seconds.flooredQuotient(by: 86_400)
        let inDay = seconds - days * 86_400
        let (year, month, day) = Timestamp.civil(fromDays: days)
        self.init(year, month, day, inDay / 3_600, inDay / 60 % 60, inDay % 60)
    }

    /// The inverse of ``init(secondsSince1970:)``: the seconds a clock that is never set counts from 1970 on it.
    package var secondsSince1970: Int64 {
        Timestamp.days(year: year, month: month, day: day) * 86_400 + hour * 3_600 + minute * 60 + second
    }

    /// Reads `2024-02-29T23:30:00`; nil for any other form, or a date or time that does not exist.
    package init?(iso8601 text: String) {
        // The offset makes a text that the strict reader takes; a fraction or an offset of the text's own makes it
        // fail.
        guard text.utf8.count == 19, let instant = Timestamp(rfc3339: text + "Z") else { return nil }
        self.init(secondsSince1970: instant.secondsRoundedDown)
    }
}

/// A day of the week; the raw value counts from Sunday, 0...6.
package enum Weekday: Int64, CaseIterable, Sendable {
    case sunday, monday, tuesday, wednesday, thursday, friday, saturday

    /// - Parameter days: since 1970-01-01, a Thursday.
    package init(ofDays days: Int64) {
        let shifted = days + 4
        self.init(rawValue: shifted - shifted.flooredQuotient(by: 7) * 7)!
    }
}
