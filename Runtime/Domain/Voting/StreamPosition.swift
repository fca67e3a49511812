/// A place in one shard of a table's stream. Within a shard later changes have greater positions; between shards
/// positions mean nothing.
package struct StreamPosition: Hashable, Comparable, Sendable {
    /// As many digits as a sequence number may have.
    ///
    /// - Note: Source: Amazon DynamoDB Streams API Reference, StreamRecord: 21 to 40.
    package static let digitsMax = 40

    /// Padded with zeros, so that texts are in the order of the numbers: they have more digits than a number attribute.
    let text: String

    /// Nil unless it is 1 to ``digitsMax`` decimal digits.
    package init?(sequenceNumber: String) {
        let digits = sequenceNumber.utf8
        guard (1...Self.digitsMax).contains(digits.count),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        text = String(repeating: "0", count: Self.digitsMax - digits.count) + sequenceNumber
    }

    package static func < (a: StreamPosition, b: StreamPosition) -> Bool { a.text < b.text }
}
