import JSON
import Time

// Replays: the calls about them, and their course.
extension EventBridgeService {
    /// - Note: Source: EventBridge User Guide, "Amazon EventBridge quotas": at a time.
    static let replaysMax = 10
    /// Ours: with those that have ended, which AWS forgets after 90 days.
    static let replaysKeptMax = 1_000
    /// Ours: in one turn of the loop, and how long the next one waits, so that others are served and a replay can be
    /// cancelled.
    private static let eventsAtOnce = 50
    private static let pause = Duration.milliseconds(10)
    private static let replayKind = "events.replay"
    private static let replayName = ModelInput.TextConstraint.name(1...64, signs: ".-_", pattern: "[\\.\\-_A-Za-z0-9]+")
    private static let arnConstraint = ModelInput.TextConstraint(lengths: 1...1_600)

    func loadReplays() throws(EmulatorError) {
        for (name, value) in try host.journal.load(Self.replayKind) {
            guard let replay = EventReplay(record: value, name: name) else {
                throw EmulatorError("The kept replay \(name) can't be read.")
            }
            replays[name] = replay
        }
    }

    func resumeReplays() {
        for replay in replays.values where replay.state.isAtWork { run(replay.name, nil) }
    }

    // MARK: Calls

    func startReplay(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        let name = try input.requireText("ReplayName", Self.replayName)
        let archive = try replayedArchive(input)
        let destination = try input.requireStructure("Destination")
        let bus = try destinationBus(destination, of: archive)
        guard let from = try input.instant("EventStartTime"), let until = try input.instant("EventEndTime") else {
            throw .validation("EventStartTime and EventEndTime must be specified.")
        }
        guard from < until else {
            throw .validation(
                "Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.")
        }
        let rules = try destination.texts("FilterArns", counts: 0...100) ?? []
        for arn in rules where !bus.rules.values.contains(where: { $0.arn == arn }) {
            throw .resourceUnknown("Rule \(arn) does not exist on EventBus \(bus.name).")
        }
        guard replays[name] == nil else {
            throw ServiceFault(code: "ResourceAlreadyExistsException", message: "Replay \(name) already exists.")
        }
        guard replays.values.count(where: { $0.state.isAtWork }) < Self.replaysMax else {
            throw Self.limitExceeded("You can have \(Self.replaysMax) active concurrent replays.")
        }
        forgetOldReplays()
        let replay = EventReplay(
            name: name, description: try input.text("Description", ModelInput.TextConstraint(lengths: 0...512)),
            archiveName: archive.name, busName: bus.name, from: from, until: until, rules: Set(rules),
            startedAt: host.clock.now, lastNumber: archive.lastNumber)
        keep(replay)
        run(name, nil)
        return [
            "ReplayArn": .string(replay.arn), "State": .string(replay.state.rawValue),
            "ReplayStartTime": replay.startedAt.jsonSeconds,
        ]
    }

    private func replayedArchive(_ input: ModelInput) throws(ServiceFault) -> EventArchive {
        let arn = try input.requireText("EventSourceArn", Self.arnConstraint)
        let prefix = EventArchive.arn("")
        guard arn.hasPrefix(prefix) else {
            throw .validation("Parameter EventSourceArn is not valid. Reason: Must contain an archive ARN.")
        }
        let name = String(arn.dropFirst(prefix.count))
        guard let archive = archives[name] else {
            throw .validation("Parameter EventSourceArn is not valid. Reason: Archive \(name) does not exist.")
        }
        return archive
    }

    private func destinationBus(
        _ destination: ModelInput, of archive: EventArchive
    ) throws(ServiceFault) -> EventBus {
        let arn = try destination.requireText("Arn", Self.arnConstraint)
        guard arn.hasPrefix(EventBus.arn("")) else {
            throw .validation("Parameter Destination.Arn is not valid. Reason: Must contain an event bus ARN.")
        }
        guard let bus = bus(arn: arn) else {
            throw .resourceUnknown("Event bus \(EventBus.name(arn)) does not exist.")
        }
        guard bus.name == archive.busName else {
            throw .validation(
                "Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.")
        }
        return bus
    }

    func cancelReplay(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        var replay = try replay(input)
        guard replay.state.isAtWork else {
            throw ServiceFault(
                code: "IllegalStatusException",
                message: "Replay \(replay.name) is not in a valid state for this operation.")
        }
        replay.state = .cancelled
        replay.endedAt = host.clock.now
        keep(replay)
        return ["ReplayArn": .string(replay.arn), "State": .string(EventReplay.State.cancelling.rawValue)]
    }

    func describeReplay(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        let replay = try replay(input)
        var json = replay.summary
        json["ReplayArn"] = .string(replay.arn)
        json["Description"] = replay.description.map { .string($0) }
        json["Destination"] = replay.destination
        return .object(json)
    }

    func listReplays(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        try Self.checkFilters(input, of: "ListReplays")
        let archive = try input.text("EventSourceArn")
        let state = try input.text("State", oneOf: EventReplay.State.allCases.map(\.rawValue))
        let found = replays.values.filter { replay in
            (archive.map { EventArchive.arn(replay.archiveName) == $0 } ?? true)
                && (state.map { replay.state.rawValue == $0 } ?? true)
        }
        let (page, token) = try page(found, \.name, input)
        var answer: JSONObject = ["Replays": .array(page.map { .object($0.summary) })]
        answer["NextToken"] = token
        return .object(answer)
    }

    private func replay(_ input: ModelInput) throws(ServiceFault) -> EventReplay {
        let name = try input.requireText("ReplayName", Self.replayName)
        guard let replay = replays[name] else { throw .resourceUnknown("Replay \(name) does not exist.") }
        return replay
    }

    // MARK: Course

    /// - Parameter rest: nil if it is to be looked up.
    private func run(_ name: String, _ rest: ArraySlice<EventArchive.Entry>?) {
        host.timers.schedule(at: host.clock.now + Self.pause) { [self] in replaySome(name, rest) }
    }

    private func replaySome(_ name: String, _ rest: ArraySlice<EventArchive.Entry>?) {
        guard var replay = replays[name], replay.state.isAtWork else { return }
        guard let archive = archives[replay.archiveName], let bus = buses[replay.busName] else {
            return end(replay, .failed, reason: "The archive or the event bus was deleted.")
        }
        let rest = rest ?? replay.rest(of: archive)[...]
        let trace = host.identifiers.traceID(at: host.clock.now)
        for entry in rest.prefix(Self.eventsAtOnce) {
            replay.last = (entry.time, entry.number)
            let event = BusEvent(archived: entry.bytes, replay: name, trace: trace, receivedAt: host.clock.now)
            if let event { self.replay(event, on: bus, onlyRules: replay.rules) }
        }
        let left = rest.dropFirst(Self.eventsAtOnce)
        guard !left.isEmpty else { return end(replay, .completed, reason: nil) }
        replay.state = .running
        keep(replay)
        run(name, left)
    }

    private func end(_ replay: EventReplay, _ state: EventReplay.State, reason: String?) {
        var replay = replay
        replay.state = state
        replay.reason = reason
        replay.endedAt = host.clock.now
        keep(replay)
    }

    private func keep(_ replay: EventReplay) {
        replays[replay.name] = replay
        host.journal.put(Self.replayKind, replay.name, replay.record)
    }

    private func forgetOldReplays() {
        guard replays.count >= Self.replaysKeptMax else { return }
        let oldest = replays.values.filter { !$0.state.isAtWork }.min { $0.startedAt < $1.startedAt }
        guard let oldest else { return }
        replays[oldest.name] = nil
        host.journal.remove(Self.replayKind, oldest.name)
    }
}
