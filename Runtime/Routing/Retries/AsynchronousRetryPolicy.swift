package import Time

/// How Lambda runs a function again that was invoked asynchronously.
///
/// - Note: Source: AWS Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation".
package struct AsynchronousRetryPolicy: Hashable, Sendable {
    /// Why an attempt failed.
    package enum Failure: Hashable, Sendable {
        /// The function ran and failed, timed out included: the first retry comes after a minute, the second after two.
        case function
        /// It could not run, for throttling or an error of Lambda's: tried until the event is too old, after 1 second,
        /// then doubled up to 5 minutes.
        case system
    }

    private let retriesMax: Int
    private let ageMax: Duration

    package static let `default` = AsynchronousRetryPolicy(retriesMax: 2, ageMax: .seconds(21_600))

    private init(retriesMax: Int, ageMax: Duration) {
        self.retriesMax = retriesMax
        self.ageMax = ageMax
    }

    /// - Parameters:
    ///   - maximumRetryAttempts: 0...2 after a function's failure.
    ///   - maximumEventAgeInSeconds: 60...21600.
    package init(maximumRetryAttempts: Int = 2, maximumEventAgeInSeconds: Int = 21_600) throws(RetryPolicyError) {
        self.init(
            retriesMax: try RetryPolicyError.checked(maximumRetryAttempts, "MaximumRetryAttempts", 0...2),
            ageMax: .seconds(
                try RetryPolicyError.checked(maximumEventAgeInSeconds, "MaximumEventAgeInSeconds", 60...21_600)))
    }

    /// - Parameters:
    ///   - failure: of the last attempt.
    ///   - count: attempts so far that failed in that way, from 1.
    ///   - start: when the event came, from which its age counts.
    ///   - now: when the last attempt failed.
    package func decide(
        after failure: Failure, count: Int, since start: Timestamp, at now: Timestamp
    ) -> RetryDecision {
        let pause: Duration
        switch failure {
        case .function:
            guard count <= retriesMax else { return .giveUp(.attempts) }
            pause = .seconds(60 * count)
        case .system: pause = .seconds(min(1 << min(max(count, 1) - 1, 9), 300))
        }
        let next = now + pause
        return next - start > ageMax ? .giveUp(.age) : .retry(at: next)
    }
}
