/// Reads a rule such as `CET-1CEST,M3.5.0,M10.5.0/3`, hours beyond a day included.
///
/// - Note: Source: RFC 9636, section 3.3.1: "TZ string extension".
struct RecurringRuleParser {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// Nil if the text is no rule.
    static func rule(_ bytes: ArraySlice<UInt8>) -> RecurringRule? {
        var parser = RecurringRuleParser(bytes)
        guard let rule = parser.rule(), parser.position == bytes.endIndex else { return nil }
        return rule
    }

    private mutating func rule() -> RecurringRule? {
        // POSIX counts offsets westward.
        guard skipName(), let west = time(hoursMax: 24) else { return nil }
        guard position < bytes.endIndex else { return RecurringRule(standardOffset: -west) }
        guard skipName() else { return nil }
        var summerOffset = 3_600 - west
        if position < bytes.endIndex, bytes[position] != UInt8(ascii: ",") {
            guard let summerWest = time(hoursMax: 24) else { return nil }
            summerOffset = -summerWest
        }
        guard take(","), let start = yearlyTime(), take(","), let end = yearlyTime() else { return nil }
        return RecurringRule(standardOffset: -west, summer: .init(offset: summerOffset, start: start, end: end))
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.endIndex, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// Three letters or more, or any such with digits and signs between `<` and `>`.
    private mutating func skipName() -> Bool {
        let isQuoted = take("<")
        let start = position
        while position < bytes.endIndex {
            let byte = bytes[position]
            let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            let isDigitOrSign =
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "+")
                || byte == UInt8(ascii: "-")
            guard isLetter || (isQuoted && isDigitOrSign) else { break }
            position += 1
        }
        return position - start >= 3 && (!isQuoted || take(">"))
    }

    private mutating func number(max: Int64) -> Int64? {
        let start = position
        var value: Int64 = 0
        while position < bytes.endIndex, bytes[position] &- 0x30 < 10, position - start < 4 {
            value = value * 10 + Int64(bytes[position] &- 0x30)
            position += 1
        }
        return position > start && value <= max ? value : nil
    }

    /// `[+-]hh[:mm[:ss]]`, in seconds.
    private mutating func time(hoursMax: Int64) -> Int64? {
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        guard var seconds = number(max: hoursMax) else { return nil }
        seconds *= 3_600
        if take(":") {
            guard let minutes = number(max: 59) else { return nil }
            seconds += minutes * 60
            if take(":") {
                guard let rest = number(max: 59) else { return nil }
                seconds += rest
            }
        }
        return isNegative ? -seconds : seconds
    }

    private mutating func yearlyTime() -> YearlyTime? {
        let day: YearlyTime.Day
        if take("M") {
            guard let month = number(max: 12), month >= 1, take("."), let week = number(max: 5), week >= 1, take("."),
                let weekday = number(max: 6)
            else { return nil }
            day = .weekday(month: month, week: week, day: weekday)
        } else if take("J") {
            guard let number = number(max: 365), number >= 1 else { return nil }
            day = .julian(number)
        } else {
            guard let number = number(max: 365) else { return nil }
            day = .zeroBased(number)
        }
        guard take("/") else { return YearlyTime(day: day, timeOfDay: 2 * 3_600) }
        guard let time = time(hoursMax: 167) else { return nil }
        return YearlyTime(day: day, timeOfDay: time)
    }
}
