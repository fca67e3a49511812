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

    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func text(_ second: Int64) -> String {
        // 1970 began on a Thursday.
        let days = Timestamp(seconds: second).daysSince1970
        let (year, month, day) = Timestamp.civil(fromDays: days)
        let time = Timestamp(seconds: second).description.prefix { $0 != "." }.suffix(8)
        let weekday = weekdays[Int((days % 7 + 7) % 7)]
        return "\(weekday), \(day < 10 ? "0" : "")\(day) \(months[Int(month) - 1]) \(year) \(time) GMT"
    }
}
