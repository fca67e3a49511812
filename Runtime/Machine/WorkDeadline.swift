/// By when the work in hand has to be done: whoever waits for something else must not wait longer.
///
/// The runtime loop sets it for each invocation, and what the handler calls inherits it, through whichever layers. It
/// is on the clock that nobody sets, so a correction of the wall clock moves it not.
package enum WorkDeadline {
    /// nil: as long as it takes.
    @TaskLocal package static var current: ContinuousClock.Instant?

    /// What is left; below zero when it is over, nil without a deadline.
    package static var remaining: Duration? { current.map { ContinuousClock.now.duration(to: $0) } }
}
