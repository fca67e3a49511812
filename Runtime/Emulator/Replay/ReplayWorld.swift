import ItemDB
import JSON
import NIOCore
import Synchronization
import Time

/// A whole emulator for one case at a time: the listening socket stays, everything else is fresh for each case.
final class ReplayWorld: Sendable {
    private let emulator: Emulator
    private let seed: SeedDatabase
    private let current = Mutex<Case?>(nil)

    /// What belongs to the case in hand.
    private struct Case {
        let name: String
        let deployment: Deployment
        let feed: ChangeRecorder
        /// Whether a flow has moved the clock: its HTTP events are then received at that time.
        var clockWasMoved = false
        var paymentsSeen = 0
    }

    /// When an event that says nothing of time happens.
    static let defaultInstant = Timestamp(rfc3339: "2023-02-23T12:00:00Z")!

    private init(emulator: Emulator, seed: SeedDatabase) {
        self.emulator = emulator
        self.seed = seed
    }

    static func open(configuration: EmulatorConfiguration, seed: SeedDatabase) async throws -> ReplayWorld {
        var configuration = configuration
        configuration.port = 0
        return ReplayWorld(emulator: try await Emulator.listen(configuration), seed: seed)
    }

    func close() async { await emulator.stop() }

    /// The functions' logs of a case; none if it ended before it ran, as one does that can't be read.
    func log(ofCase name: String) -> [UInt8] {
        let deployment = current.withLock { $0?.name == name ? $0?.deployment : nil }
        return deployment?.log.records.flatMap(\.text) ?? []
    }

    /// Starts over: fresh tables, fresh processes, the clock standing at `instant`, and ids drawn by the case's name,
    /// so that every run sees the same ones.
    ///
    /// - Throws: `EmulatorError` if the instant is after ``EmulatorClock/latest`` too.
    func reset(named name: String, at instant: Timestamp?) async throws(EmulatorError) {
        if let instant, !(Timestamp(seconds: 0)...EmulatorClock.latest).contains(instant) {
            throw EmulatorError("The event's time, \(instant), is not between 1970 and \(EmulatorClock.latest).")
        }
        let clock = EmulatorClock(standingAt: instant ?? Self.defaultInstant)
        let feed = ChangeRecorder()
        let database = try seed.copy(clock: clock)
        database.onCommit(feed.observe)
        let deployment = try await emulator.deploy(
            database: database, clock: clock, identifiers: IdentifierSource(seed: name.stableHash))
        current.withLock { $0 = Case(name: name, deployment: deployment, feed: feed) }
    }

    /// The time that an event says of itself: the gateway's time of receipt, or EventBridge's `time`.
    static func instant(of event: JSONValue) -> Timestamp? {
        if let milliseconds = event["requestContext"]?["timeEpoch"]?.int {
            return Timestamp(milliseconds: Int64(milliseconds))
        }
        return event["time"]?.string.flatMap { Timestamp(rfc3339: $0) }
    }

    // MARK: Steps

    func perform(_ step: ReplayFlow.Step) async throws(EmulatorError) -> JSONValue? {
        switch step {
        case .at(let instant):
            current.withLock { $0!.clockWasMoved = true }
            _ = try await deployment.advance(to: instant)
            return nil
        case .invoke(let function, let file, let changes):
            var event = try TextFile.json(file)
            let (clock, wasMoved) = current.withLock { ($0!.deployment.clock, $0!.clockWasMoved) }
            if wasMoved, event["requestContext"]?["timeEpoch"] != nil {
                let now = JSONValue.number(JSONNumber(Int(clock.now.milliseconds)))
                event = try EventEdit.set("requestContext.timeEpoch", to: now, in: event)
            }
            for (path, value) in changes { event = try EventEdit.set(path, to: value, in: event) }
            if let time = Self.instant(of: event), time > clock.now { _ = try await deployment.advance(to: time) }
            return try await invoke(function, event: event)
        case .pay(let reference, let outcome, let deliveries):
            return try await pay(reference, outcome, deliveries)
        }
    }

    /// Runs a function on one event and says what was seen of it.
    func invoke(_ function: String, event: JSONValue) async throws(EmulatorError) -> JSONValue {
        let reply = try await deployment.invoke(function, payload: ByteBuffer(bytes: event.compactBytes))
        // What follows from a commit belongs to the event.
        await deployment.idle()
        return observation(of: [reply])
    }

    private var deployment: Deployment { current.withLock { $0!.deployment } }

    private func pay(
        _ reference: String, _ outcome: StripeStandIn.Outcome, _ deliveries: Int
    ) async throws(EmulatorError) -> JSONValue {
        let deployment = deployment
        let webhook = try deployment.stripe.finish(reference: reference, as: outcome)
        var replies: [InvocationReply] = []
        for _ in 0..<deliveries { replies += try await deployment.deliver(webhook) }
        return observation(of: replies)
    }

    private func observation(of replies: [InvocationReply]) -> JSONValue {
        var seen = JSONObject()
        let described = replies.map(description)
        if described.count == 1 {
            seen = described[0]
        } else {
            seen["replies"] = .array(described.map(JSONValue.object))
        }
        let (changes, payments) = current.withLock { current in
            let opened = current!.deployment.stripe.openedSessions
            defer { current!.paymentsSeen = opened.count }
            return (
                current!.feed.take(naming: current!.deployment.logicalID(ofTable:)),
                Array(opened.dropFirst(current!.paymentsSeen))
            )
        }
        seen["changes"] = .array(changes)
        if !payments.isEmpty {
            seen["payments"] = .array(
                payments.map { session in
                    [
                        "reference": .string(session.reference), "amount": .number(JSONNumber(session.amount)),
                        "currency": .string(session.currency),
                    ]
                })
        }
        return .object(seen)
    }

    /// A reply with its body parsed, so that differences have paths; an error as the function reported it. The
    /// emulator's own address, which is another in every run, is written as the template's parameters write it.
    private func description(of reply: InvocationReply) -> JSONObject {
        let text = reply.text.replacing(emulator.endpoint, with: "${Endpoint}")
        guard var value = try? parseJSON(text) else { return ["reply": .string(text)] }
        guard !reply.isError else { return ["error": value] }
        if var object = value.object, let body = object["body"]?.string, let parsed = try? parseJSON(body),
            parsed.object != nil || parsed.array != nil
        {
            object["body"] = parsed
            value = .object(object)
        }
        return ["reply": value]
    }
}
