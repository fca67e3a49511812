package import Time

/// Failed attempts of a kind, and how long to wait before the next.
package struct AttemptLog: Codable, Hashable {
    /// Failures in a row.
    private(set) var failures = 0
    /// Milliseconds since 1970.
    private(set) var lastAt: Int64 = 0
    /// Requests for codes within the hour, milliseconds since 1970.
    private var requests: [Int64] = []

    package init() {}

    private static let freeFailures = 5
    private static let lockMax = Duration.seconds(900)
    /// After that long without an attempt all is forgotten.
    private static let memory = Duration.seconds(900)
    private static let hour = Duration.seconds(3_600)
    /// Of codes asked for or typed in within an hour. AWS allows 5 to 20, by the risk it sees.
    package static let codeAttemptsPerHourMax = 10

    /// Until when passwords are refused unread: after the n-th failure in a row 2^(n-5) seconds, 15 minutes at most.
    ///
    /// - Note: Source: Amazon Cognito Developer Guide, "Lockout behavior for failed sign-in attempts".
    package func isLocked(at now: Timestamp) -> Bool {
        guard failures >= Self.freeFailures else { return false }
        let seconds = 1 << min(failures - Self.freeFailures, 10)
        return now < Timestamp(milliseconds: lastAt) + min(.seconds(seconds), Self.lockMax)
    }

    package mutating func fail(at now: Timestamp) {
        if now - Timestamp(milliseconds: lastAt) >= Self.memory { failures = 0 }
        failures += 1
        lastAt = now.milliseconds
    }

    /// Counts one more within the hour.
    ///
    /// - Returns: whether that is too many.
    /// - Note: Source: Amazon Cognito Developer Guide, "Forgot password behavior".
    package mutating func request(at now: Timestamp) -> Bool {
        requests.removeAll { now - Timestamp(milliseconds: $0) >= Self.hour }
        guard requests.count < Self.codeAttemptsPerHourMax else { return true }
        requests.append(now.milliseconds)
        return false
    }
}
