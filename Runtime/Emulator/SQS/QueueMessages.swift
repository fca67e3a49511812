import HeapModule
package import Time

/// The messages of one queue: which of them may be received, in which order, and when that changes.
///
/// Every operation takes O(log n) steps. It knows no clock: what has fallen due comes into force with
/// ``settle(at:retention:)``.
///
/// - Note: Source: Amazon SQS Developer Guide, "Visibility timeout", "Delay queues", "FIFO queue delivery logic".
package final class QueueMessages {
    /// What has to be kept.
    package enum Note {
        case added(QueueMessage)
        /// Its state and its receives.
        case changed(QueueMessage)
        case removed(Int64)
    }

    private struct Instant: Comparable {
        var at: Timestamp
        var number: Int64
        static func < (one: Instant, other: Instant) -> Bool { (one.at, one.number) < (other.at, other.number) }
    }

    private struct Group {
        /// Not in flight; what is not there any more is passed over.
        var waiting = Heap<Int64>()
        var inFlight = 0
    }

    private struct GroupHead: Comparable {
        var number: Int64
        var group: String
        static func < (one: GroupHead, other: GroupHead) -> Bool { one.number < other.number }
    }

    /// Messages in flight at once; a standard queue answers with an error beyond, a FIFO queue with nothing.
    package static let inFlightMax = 120_000

    private let isFIFO: Bool
    private let takesNewest: () -> Bool
    private let note: (Note) -> Void
    private var messages: [Int64: QueueMessage] = [:]
    /// Of a standard queue: the ready ones, and some that are gone.
    private var ready = Heap<Int64>()
    private var groups: [String: Group] = [:]
    /// Groups whose first message may be received, and some of which that is no longer so.
    private var groupHeads = Heap<GroupHead>()
    /// When a delay or a visibility timeout ends, or would have.
    private var due = Heap<Instant>()
    /// When each message was sent, those that are gone included.
    private var ages = Heap<Instant>()
    private var lastNumber: Int64 = 0

    package private(set) var readyCount = 0
    package private(set) var delayedCount = 0
    package private(set) var inFlightCount = 0

    /// - Parameter takesNewest: asked for each message of a standard queue, which keeps no order.
    package init(
        isFIFO: Bool, takesNewest: @escaping () -> Bool = { false }, note: @escaping (Note) -> Void
    ) {
        self.isFIFO = isFIFO
        self.takesNewest = takesNewest
        self.note = note
    }

    package var count: Int { messages.count }
    var all: some Collection<QueueMessage> { messages.values }

    package subscript(_ number: Int64) -> QueueMessage? { messages[number] }

    /// A number for a message that arrives now.
    package func nextNumber(at now: Timestamp) -> Int64 {
        // Following the time, numbers rise even if all messages that had lower ones are forgotten.
        lastNumber = max(lastNumber + 1, now.milliseconds << 20)
        return lastNumber
    }

    // MARK: Coming and going

    package func add(_ message: QueueMessage) {
        restore(message)
        note(.added(message))
    }

    /// Takes a message that was kept.
    package func restore(_ message: QueueMessage) {
        lastNumber = max(lastNumber, message.number)
        messages[message.number] = message
        ages.insert(Instant(at: message.sentAt, number: message.number))
        if ages.count > 2 * messages.count + 1_024 {
            ages = Heap(ages.unordered.filter { messages[$0.number] != nil })
        }
        enter(message)
    }

    /// - Returns: whether it was there.
    @discardableResult
    package func remove(_ number: Int64) -> QueueMessage? {
        guard let message = messages.removeValue(forKey: number) else { return nil }
        leave(message)
        if messages.isEmpty { forgetTraces() }
        note(.removed(number))
        return message
    }

    package func removeAll() {
        for number in messages.keys { note(.removed(number)) }
        messages = [:]
        forgetTraces()
        (readyCount, delayedCount, inFlightCount) = (0, 0, 0)
    }

    private func forgetTraces() {
        (ready, due, ages, groups, groupHeads) = (Heap(), Heap(), Heap(), [:], Heap())
    }

    /// Puts what has fallen due into force and drops what is older than the retention.
    package func settle(at now: Timestamp, retention: Duration) {
        while let first = due.min, first.at <= now {
            due.removeMin()
            guard isValid(first) else { continue }
            change(first.number) { $0.state = .ready }
        }
        while let first = ages.min, first.at + retention <= now {
            ages.removeMin()
            remove(first.number)
        }
    }

    /// When a delay or a visibility timeout ends next.
    package var nextDue: Timestamp? {
        while let first = due.min {
            if isValid(first) { return first.at }
            due.removeMin()
        }
        return nil
    }

    private func isValid(_ instant: Instant) -> Bool {
        switch messages[instant.number]?.state {
        case .delayed(let until)?, .inFlight(let until)?: until == instant.at
        case .ready?, nil: false
        }
    }

    // MARK: Receiving

    /// Whether a receive would find something.
    package var hasAvailable: Bool { isFIFO ? availableGroup != nil : readyCount > 0 }

    /// Takes messages for `visibility`.
    ///
    /// - Parameter maxReceiveCount: of the redrive policy, if there is one.
    /// - Returns: the messages, and those that have been received too often, which are gone from the queue.
    package func receive(
        _ limit: Int, visibility: Duration, maxReceiveCount: Int?, at now: Timestamp
    ) -> (received: [QueueMessage], spent: [QueueMessage]) {
        var received: [QueueMessage] = []
        var spent: [QueueMessage] = []
        let limit = min(limit, Self.inFlightMax - inFlightCount)
        while received.count < limit, let number = next(after: received.last) {
            if let maxReceiveCount, let message = messages[number], message.receiveCount >= maxReceiveCount {
                remove(number)
                spent.append(message)
                continue
            }
            let message = change(number) { message in
                message.receiveCount += 1
                message.firstReceivedAt = message.firstReceivedAt ?? now
                message.state = .inFlight(until: now + visibility)
            }
            if let message { received.append(message) }
        }
        // With no time to be out of sight they are ready again, but not for this receive.
        if visibility <= .zero {
            for message in received { change(message.number) { $0.state = .ready } }
        }
        return (received, spent)
    }

    /// The message to be received next.
    ///
    /// - Parameter last: the one before in the same receive, whose group goes on.
    private func next(after last: QueueMessage?) -> Int64? {
        guard isFIFO else {
            while let number = takesNewest() ? ready.popMax() : ready.popMin() {
                if messages[number]?.state == .ready { return number }
            }
            return nil
        }
        if let group = last?.groupID, let number = firstWaiting(of: group), messages[number]?.state == .ready {
            groups[group]?.waiting.removeMin()
            return number
        }
        guard let head = availableGroup else { return nil }
        groupHeads.removeMin()
        groups[head.group]?.waiting.removeMin()
        return head.number
    }

    private var availableGroup: GroupHead? {
        while let head = groupHeads.min {
            if groups[head.group]?.inFlight == 0, firstWaiting(of: head.group) == head.number,
                messages[head.number]?.state == .ready
            {
                return head
            }
            groupHeads.removeMin()
        }
        return nil
    }

    private func firstWaiting(of group: String) -> Int64? {
        while let number = groups[group]?.waiting.min {
            switch messages[number]?.state {
            case .ready?, .delayed?: return number
            case .inFlight?, nil: groups[group]?.waiting.removeMin()
            }
        }
        return nil
    }

    // MARK: States

    /// - Parameter until: now or before makes it ready.
    package func changeVisibility(of number: Int64, until: Timestamp, at now: Timestamp) {
        change(number) { $0.state = until <= now ? .ready : .inFlight(until: until) }
    }

    @discardableResult
    private func change(_ number: Int64, _ edit: (inout QueueMessage) -> Void) -> QueueMessage? {
        guard var message = messages[number] else { return nil }
        // Out of the table, so that there is one copy to edit.
        messages[number] = nil
        leave(message)
        edit(&message)
        messages[number] = message
        enter(message)
        note(.changed(message))
        return message
    }

    private func enter(_ message: QueueMessage) {
        switch message.state {
        case .ready:
            readyCount += 1
            if !isFIFO { ready.insert(message.number) }
        case .delayed(let until):
            delayedCount += 1
            due.insert(Instant(at: until, number: message.number))
        case .inFlight(let until):
            inFlightCount += 1
            due.insert(Instant(at: until, number: message.number))
            dropStaleInstants()
        }
        guard isFIFO, let group = message.groupID else { return }
        if case .inFlight = message.state {
            groups[group, default: Group()].inFlight += 1
        } else {
            groups[group, default: Group()].waiting.insert(message.number)
            offer(group)
        }
    }

    private func leave(_ message: QueueMessage) {
        switch message.state {
        case .ready: readyCount -= 1
        case .delayed: delayedCount -= 1
        case .inFlight: inFlightCount -= 1
        }
        guard isFIFO, let group = message.groupID else { return }
        if case .inFlight = message.state { groups[group]?.inFlight -= 1 }
        if firstWaiting(of: group) == nil, groups[group]?.inFlight == 0 { groups[group] = nil }
        offer(group)
    }

    private func offer(_ group: String) {
        guard groups[group]?.inFlight == 0, let number = firstWaiting(of: group), messages[number]?.state == .ready
        else { return }
        groupHeads.insert(GroupHead(number: number, group: group))
    }

    /// A consumer that prolongs its messages' time again and again leaves an instant behind each time.
    private func dropStaleInstants() {
        guard due.count > 2 * (delayedCount + inFlightCount) + 1_024 else { return }
        due = Heap(due.unordered.filter(isValid))
    }
}
