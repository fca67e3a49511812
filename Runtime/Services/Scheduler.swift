package import Time

/// Calls that are to happen once, at a time.
///
/// - Note: Source: Amazon EventBridge Scheduler API Reference. A call comes at least once, up to a minute late.
package protocol Scheduler: Sendable {
    /// Makes the schedule, or puts it in the place of the one with its name.
    ///
    /// - Throws: `.throttled` and `.unavailable` if nothing was changed and a retry may work, `.unknownOutcome` if the
    ///   answer was lost: the same again does no harm. `.rejected` if target, role or group are not there.
    func put(_ schedule: OneTimeSchedule) async throws(ServiceError)

    /// Removes the schedule of that name; it is no error if there is none.
    ///
    /// - Throws: as ``put(_:)``.
    func delete(_ name: String) async throws(ServiceError)
}

/// One call at one time; the schedule goes once it was made.
package struct OneTimeSchedule: Hashable, Sendable {
    /// 1...64 letters, digits, dashes, dots or underscores.
    package var name: String
    /// A part of a second counts as a whole one.
    package var at: Timestamp
    /// The ARN of what is called.
    package var target: String
    /// JSON: the event that the target gets.
    package var input: String

    package init(name: String, at: Timestamp, target: String, input: String) {
        self.name = name
        self.at = at
        self.target = target
        self.input = input
    }
}
