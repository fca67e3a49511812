import JSON
import Time

/// A replay of the events of an archive, in the order of their times.
///
/// - Note: Source: EventBridge API Reference, StartReplay.
struct EventReplay {
    enum State: String, CaseIterable {
        case starting = "STARTING"
        case running = "RUNNING"
        case cancelling = "CANCELLING"
        case completed = "COMPLETED"
        case cancelled = "CANCELLED"
        case failed = "FAILED"

        var isAtWork: Bool { self == .starting || self == .running }
    }

    let name: String
    var description: String?
    let archiveName: String
    let busName: String
    let from: Timestamp
    let until: Timestamp
    /// ARNs; empty for every rule of the bus.
    let rules: Set<String>
    let startedAt: Timestamp
    /// Of the archive when the replay began: what comes later is not replayed.
    let lastNumber: Int64
    var state = State.starting
    var reason: String?
    var endedAt: Timestamp?
    /// The last event replayed, by its time and its number in the archive.
    var last: (time: Timestamp, number: Int64)?

    var arn: String { Self.arn(name) }

    static func arn(_ name: String) -> String {
        "arn:aws:events:\(LocalAccount.region):\(LocalAccount.id):replay/\(name)"
    }

    /// What is still to be replayed, in its order.
    func rest(of archive: EventArchive) -> [EventArchive.Entry] {
        archive.entries.filter { entry in
            entry.number <= lastNumber && from <= entry.time && entry.time <= until
                && (last.map { $0 < (entry.time, entry.number) } ?? true)
        }
        .sorted { ($0.time, $0.number) < ($1.time, $1.number) }
    }
}

// As it is listed and kept.
extension EventReplay {
    /// What a list shows; the description of one tells more.
    var summary: JSONObject {
        var json: JSONObject = [
            "ReplayName": .string(name), "EventSourceArn": .string(EventArchive.arn(archiveName)),
            "State": .string(state.rawValue), "EventStartTime": from.jsonSeconds, "EventEndTime": until.jsonSeconds,
            "ReplayStartTime": startedAt.jsonSeconds,
        ]
        json["StateReason"] = reason.map { .string($0) }
        json["EventLastReplayedTime"] = last?.time.jsonSeconds
        json["ReplayEndTime"] = endedAt?.jsonSeconds
        return json
    }

    var destination: JSONValue {
        var destination: JSONObject = ["Arn": .string(EventBus.arn(busName))]
        if !rules.isEmpty { destination["FilterArns"] = .array(rules.sorted().map { .string($0) }) }
        return .object(destination)
    }

    var record: [UInt8] {
        func number(_ value: Int64) -> JSONValue { .number(JSONNumber(Int(value))) }
        var record: JSONObject = [
            "archive": .string(archiveName), "bus": .string(busName), "from": number(from.milliseconds),
            "until": number(until.milliseconds), "rules": .array(rules.sorted().map { .string($0) }),
            "started": number(startedAt.milliseconds), "lastNumber": number(lastNumber),
            "state": .string(state.rawValue),
        ]
        record["description"] = description.map { .string($0) }
        record["reason"] = reason.map { .string($0) }
        record["ended"] = endedAt.map { number($0.milliseconds) }
        record["last"] = last.map { .array([number($0.time.milliseconds), number($0.number)]) }
        return JSONValue.object(record).compactBytes
    }

    init?(record: [UInt8], name: String) {
        func instant(_ value: JSONValue?) -> Timestamp? { value?.int.map { Timestamp(milliseconds: Int64($0)) } }
        guard let record = try? parseJSON(record), let archive = record["archive"]?.string,
            let bus = record["bus"]?.string, let from = instant(record["from"]), let until = instant(record["until"]),
            let rules = record["rules"]?.array?.compactMap(\.string), let started = instant(record["started"]),
            let lastNumber = record["lastNumber"]?.int, let state = record["state"]?.string.flatMap(State.init)
        else { return nil }
        self.init(
            name: name, description: record["description"]?.string, archiveName: archive, busName: bus, from: from,
            until: until, rules: Set(rules), startedAt: started, lastNumber: Int64(lastNumber), state: state,
            reason: record["reason"]?.string, endedAt: instant(record["ended"]))
        if let time = instant(record["last"]?[0]), let number = record["last"]?[1]?.int {
            last = (time, Int64(number))
        }
    }
}
