package import Time

/// When the records gathered so far go to the function: when they are enough, as large as a payload may be, or have
/// waited long enough.
///
/// - Note: Source: AWS Lambda Developer Guide, "Batching behavior".
package struct BatchWindow: Hashable, Sendable {
    /// A synchronous invocation's payload.
    package static let sizeBytesMax = 6 * 1_048_576
    /// Of `{"Records":[]}`, and a comma for each record is counted with it.
    package static let envelopeBytes = 14

    private let countMax: Int
    private let window: Duration
    private var count = 0
    private var sizeBytes = envelopeBytes
    private var startedAt: Timestamp?

    /// - Parameters:
    ///   - countMax: 1...10,000.
    ///   - window: 0...300 s; 0 waits for nothing.
    package init(countMax: Int, window: Duration) {
        self.countMax = countMax
        self.window = window
    }

    /// Whether there is room for a record; the first one always fits.
    package func fits(_ recordBytes: Int) -> Bool {
        count == 0 || (count < countMax && sizeBytes + recordBytes + 1 <= Self.sizeBytesMax)
    }

    package mutating func add(_ recordBytes: Int, at now: Timestamp) {
        count += 1
        sizeBytes += recordBytes + 1
        startedAt = startedAt ?? now
    }

    /// Records that still go in.
    package var room: Int { countMax - count }

    /// When the function gets what there is; nil without any.
    package var due: Timestamp? {
        guard let startedAt else { return nil }
        return room == 0 || sizeBytes >= Self.sizeBytesMax ? startedAt : startedAt + window
    }
}
