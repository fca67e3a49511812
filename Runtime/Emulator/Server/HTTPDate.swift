import Synchronization
package import Time

/// The text of the header `Date`, made once a second.
package final class HTTPDate: Sendable {
    private let latest = Mutex((second: Int64.min, text: ""))

    package init() {}

    /// `Sun, 06 Nov 1994 08:49:37 GMT`.
    ///
    /// - Note: Source: RFC 9110, section 5.6.7.
    package func text(at time: Timestamp) -> String {
        let second = time.secondsRoundedDown
        return latest.withLock { latest in
            if latest.second != second { latest = (second, Self.text(second)) }
            return latest.text
        }
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Without the memory.
    static func text(_ time: Timestamp) -> String { text(time.secondsRoundedDown) }

    /// The instant that such a text names, or one in the form of RFC 3339; nil for any other.
    static func instant(_ text: String) -> Timestamp? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, ["GMT", "UTC", "+0000"].contains(parts[5]), let day = Int64(parts[1]),
            let month = months.firstIndex(where: { $0 == parts[2] })
        else { return Timestamp(rfc3339: text) }
        return Timestamp(rfc3339: "\(parts[3])-\(twoDigits(Int64(month) + 1))-\(twoDigits(day))T\(parts[4])Z")
    }

    private static func text(_ second: Int64) -> String {
        let time = CivilDateTime(secondsSince1970: second)
        let days = Timestamp.days(year: time.year, month: time.month, day: time.day)
        let weekday = weekdays[Int(Weekday(ofDays: days).rawValue)]
        let clock = [time.hour, time.minute, time.second].map(twoDigits).joined(separator: ":")
        return "\(weekday), \(twoDigits(time.day)) \(months[Int(time.month) - 1]) \(time.year) \(clock) GMT"
    }

    private static func twoDigits(_ value: Int64) -> String { value < 10 ? "0\(value)" : String(value) }
}
