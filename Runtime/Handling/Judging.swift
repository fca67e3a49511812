import Domain
import Machine
package import Time

/// By which time changes are judged that must be stored soon after it.
///
/// The gateway's time of receipt counts, by which votes are judged too. Who comes to a decision late, by a cold start,
/// slow reads or conflicts, judges by the function's own time instead, or what was decided would be stored after it
/// matters.
package struct Judging: Sendable {
    /// As late as this a decision goes by the gateway's time.
    package static let patience: Duration = .seconds(2)

    /// For a function the gateway waits no longer. An event that is older when it arrives is of another day, sent once
    /// more by hand or by a replay, and judged by its own time.
    ///
    /// - Note: Source: Amazon API Gateway Developer Guide, "Quotas for configuring and running an HTTP API".
    package static let gatewayTimeMax: Duration = .seconds(30)

    private let receivedAt: Timestamp
    /// Of the event, when the function got it.
    private let lateness: Duration
    private let start: ContinuousClock.Instant

    /// - Parameters:
    ///   - receivedAt: the gateway's time of receipt.
    ///   - arrivedAt: when the function got the event, which is at `start`.
    package init(
        receivedAt: Timestamp, arrivedAt: Timestamp, start: ContinuousClock.Instant = .now
    ) {
        self.receivedAt = receivedAt
        self.start = start
        let lateness = arrivedAt - receivedAt
        self.lateness = (.zero...Self.gatewayTimeMax).contains(lateness) ? lateness : .zero
    }

    /// For a decision that is made at `instant`.
    package func verdict(at instant: ContinuousClock.Instant = .now) -> Verdict {
        let late = lateness + start.duration(to: instant)
        guard late <= Self.patience else {
            return Verdict(now: receivedAt + late, storeBy: instant + VotingPlanRules.storingTimeMax)
        }
        return Verdict(now: receivedAt, storeBy: instant + (VotingPlanRules.storingTimeMax - late))
    }

    package struct Verdict: Hashable, Sendable {
        /// By which the change is judged.
        package let now: Timestamp
        /// When it has to be stored.
        package let storeBy: ContinuousClock.Instant

        /// Does `work` in the time there is for it.
        package func inTime<Result>(_ work: () async throws -> Result) async throws -> Result {
            let deadline = WorkDeadline.current.map { min($0, storeBy) } ?? storeBy
            return try await WorkDeadline.$current.withValue(deadline) { try await work() }
        }
    }
}
