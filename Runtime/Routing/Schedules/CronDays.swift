import Time

/// The two day fields of a cron expression, one of which is `?`.
enum CronDays: Sendable {
    /// Bit n is day n.
    case ofMonth(UInt64)
    /// `L`
    case lastOfMonth
    /// `15W`: the weekday, Monday to Friday, nearest to that day within the month.
    case weekdayNearest(Int64)
    /// `LW`: the last weekday, Monday to Friday, of the month.
    case lastWeekday
    /// Bit n is day n of the week, 1 for Sunday.
    case ofWeek(UInt64)
    /// `6L`: the last Friday.
    case lastOfWeekday(Int64)
    /// `6#3`: the third Friday.
    case nth(Int64, weekday: Int64)

    /// Nil unless exactly one of the fields is `?` and the other one reads well.
    init?(ofMonth: Substring, ofWeek: Substring) {
        let days: CronDays?
        switch (ofMonth, ofWeek) {
        case ("?", "?"): days = nil
        case (_, "?"): days = Self.ofMonth(ofMonth)
        case ("?", _): days = Self.ofWeek(ofWeek)
        default: days = nil
        }
        guard let days else { return nil }
        self = days
    }

    private static func ofMonth(_ text: Substring) -> CronDays? {
        switch text.uppercased() {
        case "L": return .lastOfMonth
        case "LW": return .lastWeekday
        default: break
        }
        guard text.last?.uppercased() == "W" else {
            return CronField.daysOfMonth.mask(text).map { .ofMonth($0) }
        }
        return CronField.daysOfMonth.value(text.dropLast()).map { .weekdayNearest($0) }
    }

    private static func ofWeek(_ text: Substring) -> CronDays? {
        // The last day of a week is Saturday.
        if text.uppercased() == "L" { return .ofWeek(1 << 7) }
        if text.last?.uppercased() == "L" {
            return CronField.daysOfWeek.value(text.dropLast()).map { .lastOfWeekday($0) }
        }
        let parts = text.split(separator: "#", omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            // A step is not among the signs of this field.
            return text.contains("/") ? nil : CronField.daysOfWeek.mask(text).map { .ofWeek($0) }
        }
        guard let weekday = CronField.daysOfWeek.value(parts[0]), parts[1].utf8.count == 1, let nth = Int64(parts[1]),
            (1...5).contains(nth)
        else { return nil }
        return .nth(nth, weekday: weekday)
    }

    /// The days of a month as bits; none if it has no such day.
    func days(inMonth month: Int64, of year: Int64) -> UInt64 {
        let count = Timestamp.daysIn(month: month, year: year)
        let firstDay = Timestamp.days(year: year, month: month, day: 1)
        /// 1 for Sunday.
        func weekday(_ day: Int64) -> Int64 { Weekday(ofDays: firstDay + day - 1).rawValue + 1 }
        /// The first day of the month that is that weekday.
        func first(_ wanted: Int64) -> Int64 { 1 + (wanted - weekday(1) + 7) % 7 }
        switch self {
        case .ofMonth(let mask): return mask & ((1 << UInt64(count + 1)) - 1)
        case .lastOfMonth: return 1 << UInt64(count)
        case .weekdayNearest(let day):
            guard day <= count else { return 0 }
            switch weekday(day) {
            // Never into another month: Saturday 1 goes to Monday 3, Sunday 31 to Friday 29.
            case 7: return 1 << UInt64(day > 1 ? day - 1 : day + 2)
            case 1: return 1 << UInt64(day < count ? day + 1 : day - 2)
            default: return 1 << UInt64(day)
            }
        case .lastWeekday:
            switch weekday(count) {
            case 7: return 1 << UInt64(count - 1)
            case 1: return 1 << UInt64(count - 2)
            default: return 1 << UInt64(count)
            }
        case .ofWeek(let mask):
            return (1...count).reduce(0) { mask & (1 << UInt64(weekday($1))) == 0 ? $0 : $0 | 1 << UInt64($1) }
        case .lastOfWeekday(let wanted):
            let first = first(wanted)
            return 1 << UInt64(first + (count - first) / 7 * 7)
        case .nth(let nth, let wanted):
            let day = first(wanted) + (nth - 1) * 7
            return day <= count ? 1 << UInt64(day) : 0
        }
    }
}
