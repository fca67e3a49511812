import ItemDB
import JSON
import NIOCore
import Synchronization
import Time

/// A whole emulator for one case at a time: the listening socket stays, everything else is fresh for each case.
final class ReplayWorld: Sendable {
    let emulator: Emulator
    private let seed: SeedDatabase
    private let current = Mutex<Case?>(nil)

    /// What belongs to the case in hand.
    struct Case: Sendable {
        let name: String
        let deployment: Deployment
        let feed: ChangeRecorder
        let trial: Trial
        /// Whether a flow has moved the clock: its HTTP events are then received at that time.
        var clockWasMoved = false
        var paymentsSeen = 0
        /// As it was after the last step.
        var standing = StandingState()
        /// What payment providers have sent.
        var notices: [any PaymentWebhook] = []
        /// By the names that the flow gives them.
        var sockets: [String: OpenSocket] = [:]
        /// By the ids of all connections there were.
        var socketNames: [String: String] = [:]
        /// Of answers, by the names that the flow gives them.
        var saved: [String: String] = [:]
    }

    /// When an event that says nothing of time happens.
    static let defaultInstant = Timestamp(rfc3339: "2023-02-23T12:00:00Z")!
    /// How often a client asks again that gets no answer or one of a server's fault, as a disturbed run brings them.
    private static let attemptsMax = 5

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
    /// - Parameter disturbance: nil for a plain run.
    /// - Throws: `EmulatorError` if the instant is after ``EmulatorClock/latest`` too.
    func reset(
        named name: String, at instant: Timestamp?, _ disturbance: Disturbance.Kind?
    ) async throws(EmulatorError) {
        if let instant, !(Timestamp(seconds: 0)...EmulatorClock.latest).contains(instant) {
            throw EmulatorError("The event's time, \(instant), is not between 1970 and \(EmulatorClock.latest).")
        }
        for socket in current.withLock({ $0?.sockets ?? [:] }).values { socket.client.drop() }
        let clock = EmulatorClock(standingAt: instant ?? Self.defaultInstant)
        let feed = ChangeRecorder()
        let database = try seed.copy(clock: clock)
        database.onCommit(feed.observe)
        let trial = Trial(
            consequences: ConsequenceRecorder(), disturbance: disturbance.map { Disturbance($0, of: name) })
        let deployment = try await emulator.deploy(
            database: database, clock: clock, identifiers: IdentifierSource(seed: name.stableHash), trial: trial)
        await deployment.idle()
        let standing = try await deployment.services.call { $0.standing }
        current.withLock {
            $0 = Case(name: name, deployment: deployment, feed: feed, trial: trial, standing: standing)
        }
    }

    /// What belongs to the case in hand.
    var now: Case { current.withLock { $0! } }

    func change<Value>(_ body: (inout sending Case) -> sending Value) -> sending Value {
        current.withLock { body(&$0!) }
    }

    /// The time that an event says of itself: the gateway's time of receipt, EventBridge's `time`, or the latest at
    /// which one of its messages was received or one of its changes made.
    static func instant(of event: JSONValue) -> Timestamp? {
        let context = event["requestContext"]
        if let milliseconds = (context?["timeEpoch"] ?? context?["requestTimeEpoch"])?.int {
            return Timestamp(milliseconds: Int64(milliseconds))
        }
        if let time = event["time"]?.string.flatMap({ Timestamp(rfc3339: $0) }) { return time }
        return (event["Records"]?.array ?? []).compactMap(instant(ofRecord:)).max()
    }

    private static func instant(ofRecord record: JSONValue) -> Timestamp? {
        if let seconds = record["dynamodb"]?["ApproximateCreationDateTime"]?.int {
            return Timestamp(seconds: Int64(seconds))
        }
        let received = record["attributes"]?["ApproximateFirstReceiveTimestamp"]?.string
        return received.flatMap { Int64($0) }.map { Timestamp(milliseconds: $0) }
    }

    // MARK: Steps

    /// - Returns: what was seen; nothing of a move of the clock that nothing came of.
    func perform(_ step: FlowStep) async throws(EmulatorError) -> [JSONValue] {
        let seen = try await carryOut(step)
        // Providers send again what they take for lost, hours and days later.
        let (notices, clock) = change { ($0.notices, $0.deployment.clock) }
        if let late = now.trial.disturbance?.lateNotice(of: notices.count) {
            _ = try await answers(to: notices[late].resent(at: clock.now))
            await now.deployment.idle()
        }
        return seen
    }

    private func carryOut(_ step: FlowStep) async throws(EmulatorError) -> [JSONValue] {
        switch step {
        case .at(let instant): return try await moveClock(to: instant)
        case .advance(let duration): return try await moveClock(to: now.deployment.clock.now + duration)
        case .invoke(let function, let file, let changes):
            return [try await invoke(function, eventFile: file, changes)]
        case .pay(let reference, let provider, let outcome, let deliveries):
            let webhook = try now.deployment.payments.finish(reference, at: provider, as: outcome)
            return [try await deliver(webhook, deliveries)]
        case .refund(let reference, let provider, let amount, let deliveries):
            let webhook = try now.deployment.payments.refund(amount, of: reference, at: provider)
            return [try await deliver(webhook, deliveries)]
        case .dispute(let reference, let amount, let isWon, let deliveries):
            let stripe = now.deployment.payments.stripe
            return [
                try await deliver(try stripe.dispute(reference: reference, amount: amount, isWon: isWon), deliveries)
            ]
        case .outage(let provider, let isOver):
            now.deployment.payments.outages.note(provider, isOver: isOver)
            return []
        case .request(let request):
            return [try await observation(of: asking { () throws(EmulatorError) in try await send(request) })]
        case .connect(let user, let name): return [try await connect(user, as: name)]
        case .send(let name, let message):
            try await send(message, over: name)
            return [try await observation()]
        case .disconnect(let name):
            try await disconnect(name)
            return [try await observation()]
        case .upload(let upload): return [try await observation(of: try await send(upload))]
        case .download(let address): return [try await observation(of: try await fetch(address))]
        case .anyOrder(let steps):
            var seen: [JSONValue] = []
            for step in now.trial.disturbance?.arranged(steps) ?? steps { seen += try await perform(step) }
            return seen
        }
    }

    private func moveClock(to instant: Timestamp) async throws(EmulatorError) -> [JSONValue] {
        change { $0.clockWasMoved = true }
        _ = try await now.deployment.advance(to: instant)
        let seen = try await observation()
        return seen == ["changes": []] ? [] : [seen]
    }

    private func invoke(
        _ function: String, eventFile: String, _ changes: [(path: String, value: JSONValue)]
    ) async throws(EmulatorError) -> JSONValue {
        var event = try TextFile.json(eventFile)
        let (clock, wasMoved) = change { ($0.deployment.clock, $0.clockWasMoved) }
        if wasMoved, event["requestContext"]?["timeEpoch"] != nil {
            let now = JSONValue.number(JSONNumber(Int(clock.now.milliseconds)))
            event = try EventEdit.set("requestContext.timeEpoch", to: now, in: event)
        }
        for (path, value) in changes { event = try EventEdit.set(path, to: value, in: event) }
        if let time = Self.instant(of: event), time > clock.now { _ = try await now.deployment.advance(to: time) }
        return try await invoke(function, event: event)
    }

    /// Runs a function on one event and says what was seen of it.
    func invoke(_ function: String, event: JSONValue) async throws(EmulatorError) -> JSONValue {
        try await observation(
            of: asking { () throws(EmulatorError) in
                let reply = try await now.deployment.invoke(function, payload: ByteBuffer(bytes: event.compactBytes))
                return description(of: reply)
            })
    }

    /// In a disturbed run whoever gets no answer, or hears that the fault is the server's, asks again.
    private func asking(_ body: () async throws(EmulatorError) -> JSONObject) async throws(EmulatorError) -> JSONObject
    {
        var reply = try await body()
        var attempts = 1
        while now.trial.disturbance?.retriesAtOnce ?? false, attempts < Self.attemptsMax,
            reply["error"] != nil || (reply["reply"]?["statusCode"]?.int ?? 0) >= 500
        {
            reply = try await body()
            attempts += 1
        }
        return reply
    }

    /// Delivers a provider's webhook, and those that follow from what the bundle then tells the provider to do.
    private func deliver(
        _ webhook: any PaymentWebhook, _ deliveries: Int
    ) async throws(EmulatorError) -> JSONValue {
        var replies: [InvocationReply] = []
        for _ in 0..<deliveries { replies += try await answers(to: webhook) }
        for webhook in now.deployment.payments.paypal.takePending() {
            for _ in 0..<deliveries { replies += try await answers(to: webhook) }
        }
        var described = replies.map(description)
        guard described.count > 1 else { return try await observation(of: described[0]) }
        for index in described.indices { described[index]["requestIDs"] = nil }
        return try await observation(
            of: [
                "replies": .array(described.map(JSONValue.object)),
                "requestIDs": .array(replies.map { .string($0.requestID) }),
            ])
    }

    /// In a disturbed run a provider sends again what was not answered with 2xx.
    private func answers(to webhook: any PaymentWebhook) async throws(EmulatorError) -> [InvocationReply] {
        let current = now
        change { $0.notices.append(webhook) }
        var replies = try await current.deployment.deliver(webhook)
        for _ in 1..<Self.attemptsMax where current.trial.disturbance?.retriesAtOnce ?? false {
            let isTaken = replies.allSatisfy { reply in
                !reply.isError && (200...299).contains((try? parseJSON(reply.payload))?["statusCode"]?.int ?? 0)
            }
            if isTaken { break }
            replies = try await current.deployment.deliver(webhook)
        }
        return replies
    }
}
