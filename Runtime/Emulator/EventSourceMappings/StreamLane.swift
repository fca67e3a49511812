import DequeModule
import DynamoDBAPI
import ItemDB
import JSON
import NIOCore
import Routing
import Time

/// Records of one stream that go to the function one batch after another.
final class StreamLane {
    struct Record {
        var sequence: Int64
        var at: Timestamp
        var stream: ChangeStream
        var trace: String?
        var json: [UInt8]
    }

    struct Events {
        /// Records are through, or passed over.
        var progressed: () -> Void
        /// The function has answered; with the result as a mapping shows it.
        var answered: (_ result: String) -> Void
        /// Something went wrong that nobody waits for.
        var problem: (String) -> Void
    }

    private struct Batch {
        var records: [Record]
        /// How often the function failed on exactly these.
        var failures = 0
    }

    private let mapping: EventSourceMapping
    private let invocation: BatchInvocation
    private let host: ServiceHost
    private let policy: StreamRetryPolicy
    private let events: Events
    private var waiting = Deque<Record>()
    private(set) var waitingBytes = 0
    private var window: BatchWindow
    /// What is left of a batch that failed; the first one is next.
    private var retries: [Batch] = []
    private var inHand: Batch?
    /// Records came while the function was at work: more are gathered for the next batch.
    private var isGathering = false
    /// Until a failed batch's turn comes, and with it that of all behind it.
    private var pause: Timers.Timer?
    private var windowTimer: Timers.Timer?
    /// The tumbling window that is open, of a mapping that has such.
    private(set) var open: StreamWindow?
    private var openTimer: Timers.Timer?
    private var isStopped = false
    private var isWindingDown = false

    /// Batches of a busy stream begin so far apart at least, so that their number does not grow with the changes. Lambda
    /// polls a shard four times a second.
    private static let busyInterval = TimeAmount.milliseconds(10)

    /// - Parameter open: the window that was open when the emulator was last stopped.
    init(
        _ mapping: EventSourceMapping, invocation: BatchInvocation, host: ServiceHost, open: StreamWindow?,
        events: Events
    ) {
        self.mapping = mapping
        self.open = open
        self.invocation = invocation
        self.host = host
        self.events = events
        policy = StreamRetryPolicy(
            maximumRetryAttempts: mapping.retriesMax, maximumRecordAgeInSeconds: mapping.ageSecondsMax,
            bisects: mapping.bisects, retention: ChangeStream.retention)
        window = BatchWindow(countMax: mapping.batchSize, window: mapping.window)
    }

    var waitingCount: Int { waiting.count }

    /// The first record that is not through; nil if all are.
    var firstUnfinished: Int64? {
        inHand?.records.first?.sequence ?? retries.first?.records.first?.sequence ?? waiting.first?.sequence
    }

    func append(_ record: Record) {
        waiting.append(record)
        waitingBytes += record.json.count
        // Counts what the next batch would take; what does not fit is counted when its turn comes.
        if window.fits(record.json.count) { window.add(record.json.count, at: host.clock.now) }
    }

    func stop() {
        isStopped = true
        pause?.cancel()
        windowTimer?.cancel()
        openTimer?.cancel()
    }

    /// Sends nothing more; what is in hand still counts.
    func windDown() { isWindingDown = true }

    /// Sends the next batch on its way, if there is one and its time has come.
    func pump() {
        while inHand == nil, pause == nil, !isGathering, !isStopped, !isWindingDown {
            if let open, isOver(open) {
                close(open)
            } else if let batch = nextBatch() {
                run(batch)
            } else {
                break
            }
        }
        awaitEnd()
    }

    private func nextBatch() -> Batch? {
        if !retries.isEmpty { return retries.removeFirst() }
        guard let due = window.due else { return nil }
        if due <= host.clock.now {
            windowTimer?.cancel()
            windowTimer = nil
            return takeBatch()
        }
        if windowTimer == nil {
            windowTimer = host.timers.schedule(at: due) { [weak self] in
                self?.windowTimer = nil
                self?.pump()
            }
        }
        return nil
    }

    private func takeBatch() -> Batch {
        var batch = Batch(records: [])
        var taken = BatchWindow(countMax: mapping.batchSize, window: mapping.window)
        let now = host.clock.now
        let countMax = host.trial?.disturbance?.batchSize(of: min(waiting.count, mapping.batchSize)) ?? .max
        let bounds = waiting.first.map(bounds)
        while let record = waiting.first, taken.fits(record.json.count), batch.records.count < countMax,
            self.bounds(record) == bounds
        {
            taken.add(record.json.count, at: now)
            batch.records.append(record)
            waitingBytes -= record.json.count
            waiting.removeFirst()
        }
        // The next window begins with what is left.
        window = BatchWindow(countMax: mapping.batchSize, window: mapping.window)
        for record in waiting {
            guard window.fits(record.json.count) else { break }
            window.add(record.json.count, at: now)
        }
        return batch
    }

    // MARK: Running

    private func run(_ batch: Batch) {
        let now = host.clock.now
        let young = batch.records.filter { !policy.isTooOld($0.at, at: now) }
        if young.count < batch.records.count {
            let old = batch.records.filter { policy.isTooOld($0.at, at: now) }
            giveUp(
                old, condition: "RecordAgeExceeded", requestID: host.identifiers.requestID(), failures: batch.failures)
        }
        guard !young.isEmpty else { return events.progressed() }
        let batch = Batch(records: young, failures: batch.failures)
        inHand = batch
        if let length = mapping.tumblingWindow, open == nil { open = StreamWindow(of: young[0], length: length) }
        let identifiers = young.map { StreamNames.sequenceNumber($0.sequence) }
        let start = NIODeadline.now()
        invocation.run(
            young.map(\.json), identifiers: identifiers, members: open?.members(isLast: false) ?? [:],
            trace: young.first?.trace
        ) { [self] answer in
            guard let answer, !isStopped else { return }
            inHand = nil
            if answer.outcome != .failure { carryOver(answer.state) }
            switch answer.outcome {
            case .success: break
            case .failure: fail(batch, requestID: answer.requestID)
            case .partial(let failed):
                // Those before the first that failed are through.
                let rest = Array(batch.records[(failed.first ?? 0)...])
                let hasCome = rest.count < batch.records.count
                fail(
                    Batch(records: rest, failures: hasCome ? 0 : batch.failures), requestID: answer.requestID,
                    bisected: hasCome)
            }
            gather(until: start + Self.busyInterval)
            events.progressed()
            events.answered(
                answer.outcome == .success ? MappingResult.success : MappingResult.failure)
        }
    }

    private func gather(until end: NIODeadline) {
        // Where the clock stands, nothing more comes by waiting.
        guard !waiting.isEmpty, waiting.count < mapping.batchSize, host.clock.ahead != nil, end > .now() else { return }
        isGathering = true
        let goOn = host.callback { [self] (_: Void) in
            isGathering = false
            pump()
        }
        host.loop.scheduleTask(deadline: end) { goOn(()) }
    }

    // MARK: Tumbling windows

    private func bounds(_ record: Record) -> TumblingWindow? {
        mapping.tumblingWindow.map { TumblingWindow(holding: record.at, length: $0) }
    }

    private func carryOver(_ state: JSONValue?) {
        guard open != nil, let state else { return }
        open?.state = state
        open?.endsEarly = state.compactBytes.count > TumblingWindow.stateBytesMax
    }

    /// Whether the function is to be told of a window's end; what is to be tried again is in it still.
    private func isOver(_ window: StreamWindow) -> Bool {
        guard retries.isEmpty else { return false }
        return window.endsEarly || window.bounds.end <= host.clock.now
            || waiting.first.map { bounds($0) != window.bounds } ?? false
    }

    private func awaitEnd() {
        guard let open, openTimer == nil, inHand == nil, pause == nil, !isStopped, !isWindingDown else { return }
        openTimer = host.timers.schedule(at: open.bounds.end) { [weak self] in
            self?.openTimer = nil
            self?.pump()
        }
    }

    /// Tells the function that the window ends. Until it has taken that in, nothing goes on.
    private func close(_ window: StreamWindow) {
        openTimer?.cancel()
        openTimer = nil
        inHand = Batch(records: [])
        invocation.run([], identifiers: [], members: window.members(isLast: true), trace: nil) { [self] answer in
            guard let answer, !isStopped else { return }
            inHand = nil
            if answer.outcome == .success {
                open = nil
            } else {
                open?.failures += 1
                if case .retry(let pause) = policy.decide(count: 1, attempts: window.failures + 1) {
                    self.pause = host.timers.schedule(at: host.clock.now + pause) { [weak self] in
                        self?.pause = nil
                        self?.pump()
                    }
                } else {
                    open = nil
                }
            }
            events.progressed()
            events.answered(answer.outcome == .success ? MappingResult.success : MappingResult.failure)
        }
    }

    /// - Parameter bisected: the function itself said where the batch is to be cut.
    private func fail(_ batch: Batch, requestID: String, bisected: Bool = false) {
        var batch = batch
        batch.failures += 1
        switch policy.decide(count: bisected ? 1 : batch.records.count, attempts: batch.failures) {
        case .split(let count):
            // No retry yet for either half.
            let failures = batch.failures - 1
            retries.insert(
                contentsOf: [
                    Batch(records: Array(batch.records.prefix(count)), failures: failures),
                    Batch(records: Array(batch.records.dropFirst(count)), failures: failures),
                ], at: 0)
        case .retry(let pause):
            retries.insert(batch, at: 0)
            if host.trial?.disturbance?.retriesAtOnce ?? false { return }
            self.pause = host.timers.schedule(at: host.clock.now + pause) { [weak self] in
                self?.pause = nil
                self?.pump()
            }
        case .giveUp:
            giveUp(
                batch.records, condition: "RetryAttemptsExhausted", requestID: requestID, failures: batch.failures)
        }
    }

    /// The records are passed over; the destination is told.
    private func giveUp(_ records: [Record], condition: String, requestID: String, failures: Int) {
        guard let destination = mapping.onFailureARN else { return }
        let now = host.clock.now
        let failure = StreamFailure(
            functionARN: invocation.pool.function.arn, requestID: requestID, condition: condition,
            invokeCount: failures, at: now, records: records)
        do throws(DeliveryFailure) {
            try host.targets.deliver(
                Delivery(
                    payload: failure.json(withPayload: destination.hasPrefix("arn:aws:s3:")).compactBytes,
                    trace: records.first?.trace ?? host.identifiers.traceID(at: now),
                    source: invocation.pool.function.arn),
                to: destination)
        } catch {
            events.problem("\(destination) does not take what was discarded: \(error.message)")
        }
    }
}
