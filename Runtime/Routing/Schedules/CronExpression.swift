import Time

/// The six fields of `cron(minutes hours day-of-month month day-of-week year)`.
struct CronExpression: Sendable {
    /// Bit n is minute, hour or month n.
    private let minutes: UInt64
    private let hours: UInt64
    private let months: UInt64
    private let days: CronDays
    /// Element n is year 1970 + n.
    private let years: [Bool]

    static let firstYear: Int64 = 1970
    static let lastYear: Int64 = 2199

    /// Nil if the fields are not six that AWS takes.
    init?(_ fields: Substring) {
        guard fields.first?.isWhitespace == false, fields.last?.isWhitespace == false else { return nil }
        let parts = fields.split(whereSeparator: \.isWhitespace)
        guard parts.count == 6, let minutes = CronField.minutes.mask(parts[0]),
            let hours = CronField.hours.mask(parts[1]), let months = CronField.months.mask(parts[3]),
            let days = CronDays(ofMonth: parts[2], ofWeek: parts[4]), let years = CronField.years.values(parts[5])
        else { return nil }
        self.minutes = minutes
        self.hours = hours
        self.months = months
        self.days = days
        var included = [Bool](repeating: false, count: Int(Self.lastYear - Self.firstYear) + 1)
        for year in years { included[Int(year - Self.firstYear)] = true }
        self.years = included
    }

    /// The first time of the expression at `start`, a full minute, or later. Looks at no more than the days of the
    /// expression's years.
    func first(notBefore start: CivilDateTime) -> CivilDateTime? {
        var year = max(start.year, Self.firstYear)
        while year <= Self.lastYear {
            if years[Int(year - Self.firstYear)] {
                let isStartYear = year == start.year
                for month in (isStartYear ? start.month : 1)...12 where months & (1 << month) != 0 {
                    let isStartMonth = isStartYear && month == start.month
                    if let found = first(inMonth: month, of: year, notBefore: isStartMonth ? start : nil) {
                        return found
                    }
                }
            }
            year += 1
        }
        return nil
    }

    private func first(inMonth month: Int64, of year: Int64, notBefore start: CivilDateTime?) -> CivilDateTime? {
        let days = days.days(inMonth: month, of: year)
        let firstTime = CivilDateTime(year, month, 1)
        for day in (start?.day ?? 1)...Timestamp.daysIn(month: month, year: year) where days & (1 << day) != 0 {
            let earliest = day == start?.day ? start ?? firstTime : firstTime
            var hour = earliest.hour
            var minute = earliest.minute
            while let nextHour = Self.lowestBit(of: hours, from: hour) {
                if nextHour > hour { minute = 0 }
                if let nextMinute = Self.lowestBit(of: minutes, from: minute) {
                    return CivilDateTime(year, month, day, nextHour, nextMinute)
                }
                hour = nextHour + 1
                minute = 0
            }
        }
        return nil
    }

    private static func lowestBit(of mask: UInt64, from first: Int64) -> Int64? {
        guard first < 64 else { return nil }
        let rest = mask & (UInt64.max << first)
        return rest == 0 ? nil : Int64(rest.trailingZeroBitCount)
    }
}
