package import Time

/// What happens after an attempt that failed.
package enum RetryDecision: Hashable, Sendable {
    case retry(at: Timestamp)
    /// The event goes to the dead-letter queue or the on-failure destination, if there is one.
    case giveUp(RetryLimit)
}

/// The limit of a policy that an event has met.
package enum RetryLimit: Hashable, Sendable {
    case attempts
    case age

    /// `EXHAUSTED_RETRY_CONDITION` of a dead letter from EventBridge.
    package var eventBridgeName: String {
        switch self {
        case .attempts: "MaximumRetryAttempts"
        case .age: "MaximumEventAgeInSeconds"
        }
    }

    /// `requestContext.condition` of what Lambda sends to a destination.
    package var lambdaName: String {
        switch self {
        case .attempts: "RetriesExhausted"
        case .age: "EventAgeExceeded"
        }
    }
}

/// How a target of EventBridge or of the Scheduler is tried again.
///
/// - Note: Sources: EventBridge User Guide, "How EventBridge retries delivering events"; Scheduler API Reference,
///   RetryPolicy. AWS says "exponential back off and jitter"; the numbers are ours: from 1 second, doubled up to 512,
///   of which half at least is waited, so that 185 attempts fit into 24 hours.
package struct RetryPolicy: Hashable, Sendable {
    package let retriesMax: Int
    package let ageMax: Duration

    package static let `default` = RetryPolicy(retriesMax: 185, ageMax: .seconds(86_400))

    private init(retriesMax: Int, ageMax: Duration) {
        self.retriesMax = retriesMax
        self.ageMax = ageMax
    }

    /// - Parameters:
    ///   - maximumRetryAttempts: 0...185 after the first one.
    ///   - maximumEventAgeInSeconds: 60...86400.
    package init(
        maximumRetryAttempts: Int = 185, maximumEventAgeInSeconds: Int = 86_400
    ) throws(RetryPolicyError) {
        self.init(
            retriesMax: try RetryPolicyError.checked(maximumRetryAttempts, "MaximumRetryAttempts", 0...185),
            ageMax: .seconds(
                try RetryPolicyError.checked(maximumEventAgeInSeconds, "MaximumEventAgeInSeconds", 60...86_400)))
    }

    /// - Parameters:
    ///   - failures: attempts so far, from 1, all of which failed in a way that may pass.
    ///   - start: when the event came, from which its age counts.
    ///   - now: when the last attempt failed.
    ///   - seed: picks the jitter; another one for each event keeps events apart.
    package func decide(failures: Int, since start: Timestamp, at now: Timestamp, seed: UInt64) -> RetryDecision {
        guard failures <= retriesMax else { return .giveUp(.attempts) }
        let ceiling: Int64 = 1_000 << Int64(min(max(failures, 1) - 1, 9))
        var random = SeededRandom(seed, UInt64(failures))
        let next = now + .milliseconds(Int64.random(in: ceiling / 2...ceiling, using: &random))
        return next - start > ageMax ? .giveUp(.age) : .retry(at: next)
    }
}

/// A number of a policy outside its range.
package struct RetryPolicyError: Error, Hashable, Sendable, CustomStringConvertible {
    package let name: String
    package let value: Int
    package let range: ClosedRange<Int>

    package var description: String {
        "\(name) must be \(range.lowerBound) to \(range.upperBound), and is \(value)."
    }

    static func checked(_ value: Int, _ name: String, _ range: ClosedRange<Int>) throws(RetryPolicyError) -> Int {
        guard range.contains(value) else { throw RetryPolicyError(name: name, value: value, range: range) }
        return value
    }
}
