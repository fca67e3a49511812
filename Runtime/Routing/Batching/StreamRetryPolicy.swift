package import Time

/// What happens to a batch of a stream's records after the function failed on it: the records behind it wait.
///
/// - Note: Source: AWS Lambda Developer Guide, "Retaining discarded records for a DynamoDB event source", and Lambda
///   API Reference, CreateEventSourceMapping.
package struct StreamRetryPolicy: Hashable, Sendable {
    package enum Decision: Hashable, Sendable {
        /// The same records, after a pause.
        case retry(after: Duration)
        /// Each half by itself, the first this long, at once. It is no retry.
        case split(Int)
        case giveUp
    }

    /// Ours, for AWS does not say: the pause doubles with every retry.
    private static let pauseMin = Duration.seconds(1)
    private static let pauseMax = Duration.seconds(60)

    private let retriesMax: Int?
    private let ageMax: Duration
    private let bisects: Bool

    /// - Parameters:
    ///   - maximumRetryAttempts: -1...10,000; -1 for as long as the records are kept.
    ///   - maximumRecordAgeInSeconds: -1, or 60...604,800.
    ///   - retention: how long the stream keeps its records.
    package init(
        maximumRetryAttempts: Int, maximumRecordAgeInSeconds: Int, bisects: Bool, retention: Duration
    ) {
        retriesMax = maximumRetryAttempts < 0 ? nil : maximumRetryAttempts
        ageMax = maximumRecordAgeInSeconds < 0 ? retention : min(retention, .seconds(maximumRecordAgeInSeconds))
        self.bisects = bisects
    }

    /// - Parameter attempts: how often the function failed on exactly these records, from 1.
    package func decide(count: Int, attempts: Int) -> Decision {
        if bisects, count > 1 { return .split(count / 2) }
        if let retriesMax, attempts > retriesMax { return .giveUp }
        return .retry(after: min(Self.pauseMin * (1 << min(attempts - 1, 6)), Self.pauseMax))
    }

    /// Whether a record is too old to be tried (again).
    package func isTooOld(_ recordedAt: Timestamp, at now: Timestamp) -> Bool { now - recordedAt > ageMax }
}
