package import Time

/// What happened, told to whoever wants to know. Consumers get an event at least once.
package protocol EventBus: Sendable {
    /// Puts events on the bus, those of one key in the order given, and returns when nothing more can be done for them.
    ///
    /// - Parameter events: any number. None is a no-op.
    /// - Returns: what is not on the bus.
    /// - Note: Source: Amazon EventBridge API Reference, PutEvents. The bus itself promises no order on the way to a
    ///   consumer: an event says by a version of its own which one came first.
    func publish(_ events: [BusEvent]) async -> Publication
}

/// Something that happened.
package struct BusEvent: Hashable, Sendable {
    /// Of source, kind, detail, resources and time together. EventBridge takes more by now; nothing here comes near it.
    package static let bytesMax = 262_144

    /// Events of one key, such as one order's, reach the bus in order. It is not sent.
    package var key: String
    /// Who tells: `shop.orders`. What begins with `aws.` is AWS's own.
    package var source: String
    /// 1...128 characters.
    package var detailType: String
    /// A JSON object.
    package var detail: String
    package var time: Timestamp
    /// ARNs of what it is about.
    package var resources: [String]

    package init(
        key: String, source: String, detailType: String, detail: String, time: Timestamp, resources: [String] = []
    ) {
        self.key = key
        self.source = source
        self.detailType = detailType
        self.detail = detail
        self.time = time
        self.resources = resources
    }

    /// In bytes, as EventBridge reckons it.
    ///
    /// - Note: Source: Amazon EventBridge User Guide, "Calculating PutEvents event entry size".
    package var size: Int {
        resources.reduce(14 + source.utf8.count + detailType.utf8.count + detail.utf8.count) { $0 + $1.utf8.count }
    }
}

/// What became of events: what is named here is not on the bus, or nobody knows; the others are.
package struct Publication: Hashable, Sendable {
    package struct Failure: Hashable, Sendable {
        /// The first event that may not be on the bus. Some behind it may be: publish all from here again, as consumers
        /// must take the same event twice anyway.
        package var index: Int
        /// `.throttled`, `.unavailable` and `.unknownOutcome` if a retry may work, `.rejected` if the bus takes nothing
        /// from us.
        package var error: ServiceError

        package init(index: Int, error: ServiceError) {
            self.index = index
            self.error = error
        }
    }

    /// What the bus will never take as it stands, by its place among the events, with the reason for operators.
    package var refused: [Int: String]
    package var failure: Failure?

    package init(refused: [Int: String] = [:], failure: Failure? = nil) {
        self.refused = refused
        self.failure = failure
    }
}
