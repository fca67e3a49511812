package import Time

/// An expression with the bounds and the window within which it runs.
///
/// - Note: Source: EventBridge Scheduler API Reference, CreateSchedule; User Guide, "Flexible time windows".
package struct Schedule: Sendable {
    /// One run: when it was due, and when it is made.
    package struct Occurrence: Hashable, Sendable {
        /// What `<aws.scheduler.scheduled-time>` tells.
        package let scheduledAt: Timestamp
        /// The same, or a moment of the flexible window after it.
        package let invokedAt: Timestamp

        package init(scheduledAt: Timestamp, invokedAt: Timestamp) {
            self.scheduledAt = scheduledAt
            self.invokedAt = invokedAt
        }
    }

    package let expression: ScheduleExpression
    private let anchor: Timestamp
    private let startDate: Timestamp?
    private let endDate: Timestamp?
    private let window: FlexibleTimeWindow
    private let seed: UInt64

    /// - Parameters:
    ///   - startDate: no run before it, and a rate counts from it. A one-time schedule ignores it.
    ///   - endDate: no run after it. A one-time schedule ignores it.
    ///   - seed: picks the moments within the window; the same seed picks the same ones.
    package init(
        _ expression: ScheduleExpression, createdAt: Timestamp, startDate: Timestamp? = nil, endDate: Timestamp? = nil,
        window: FlexibleTimeWindow = .off, seed: UInt64 = 0
    ) {
        self.expression = expression
        anchor = startDate ?? createdAt
        self.startDate = expression.isOneTime ? nil : startDate
        self.endDate = expression.isOneTime ? nil : endDate
        self.window = window
        self.seed = seed
    }

    /// The first run that is due after `instant`; nil if the schedule has ended.
    package func next(after instant: Timestamp) -> Occurrence? {
        // One before the start, as a run that is due at the start itself is made.
        let from = max(instant, startDate.map { $0 - .milliseconds(1) } ?? instant)
        guard let due = expression.next(after: from, anchor: anchor), endDate.map({ due <= $0 }) ?? true else {
            return nil
        }
        return Occurrence(scheduledAt: due, invokedAt: due + window.delay(seed: seed, scheduledAt: due))
    }
}

/// How long after the time that it is due a run may be made.
package enum FlexibleTimeWindow: Hashable, Sendable {
    case off
    /// 1...``minutesMax`` minutes.
    case flexible(minutes: Int64)

    package static let minutesMax: Int64 = 1_440

    /// - Throws: ``FlexibleTimeWindowError`` unless the mode is OFF without minutes or FLEXIBLE with 1...1440 of them.
    package init(mode: String, maximumWindowInMinutes minutes: Int64?) throws(FlexibleTimeWindowError) {
        switch (mode, minutes) {
        case ("OFF", nil): self = .off
        case ("FLEXIBLE", let minutes?) where (1...Self.minutesMax).contains(minutes):
            self = .flexible(minutes: minutes)
        default: throw FlexibleTimeWindowError()
        }
    }

    /// Less than the window, evenly spread.
    func delay(seed: UInt64, scheduledAt: Timestamp) -> Duration {
        guard case .flexible(let minutes) = self else { return .zero }
        var random = SeededRandom(seed, UInt64(bitPattern: scheduledAt.milliseconds))
        return .milliseconds(Int64.random(in: 0..<minutes * 60_000, using: &random))
    }
}

/// A window that is none.
package struct FlexibleTimeWindowError: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String {
        "Invalid FlexibleTimeWindow: MaximumWindowInMinutes is 1 to 1440 with mode FLEXIBLE, and absent with mode OFF."
    }
}
