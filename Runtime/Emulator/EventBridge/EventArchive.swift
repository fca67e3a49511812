import DequeModule
import JSON
import Routing
import Time

/// An archive of a bus: the events that match its pattern, for as many days as it says.
///
/// - Note: Source: EventBridge API Reference, CreateArchive.
final class EventArchive {
    struct Entry {
        /// In the order of their coming, from 1.
        var number: Int64
        var time: Timestamp
        var receivedAt: Timestamp
        var bytes: [UInt8]
    }

    struct Settings: Hashable {
        var description: String?
        var pattern: String?
        /// 0 keeps for ever.
        var retentionDays = 0
    }

    /// Ours, for events are held in memory too. What would go past it is not taken, nor by the bus.
    static let bytesMax = 64 * 1_024 * 1_024

    let name: String
    let busName: String
    let createdAt: Timestamp
    private(set) var settings: Settings
    private(set) var pattern: EventPattern?
    /// What the template says of it, if it is the template's, with which it goes.
    var declaration: String?
    private(set) var entries: Deque<Entry> = []
    private(set) var sizeBytes = 0
    private(set) var lastNumber: Int64 = 0
    var expiry: Timers.Timer?

    init(name: String, busName: String, settings: Settings, createdAt: Timestamp) throws(ServiceFault) {
        self.name = name
        self.busName = busName
        self.createdAt = createdAt
        self.settings = Settings()
        try apply(settings)
    }

    var arn: String { Self.arn(name) }

    static func arn(_ name: String) -> String {
        "arn:aws:events:\(LocalAccount.region):\(LocalAccount.id):archive/\(name)"
    }

    func apply(_ settings: Settings) throws(ServiceFault) {
        pattern = try settings.pattern.map { text throws(ServiceFault) in try EventRule.pattern(text) }
        self.settings = settings
    }

    func takes(_ event: BusEvent) -> Bool { pattern?.matches(event.json) ?? true }

    func append(_ event: BusEvent) -> Entry {
        let entry = Entry(
            number: lastNumber + 1, time: event.time, receivedAt: event.receivedAt, bytes: event.bytes)
        restore(entry)
        return entry
    }

    /// To be called in the order of numbers.
    func restore(_ entry: Entry) {
        entries.append(entry)
        sizeBytes += entry.bytes.count
        lastNumber = entry.number
    }

    /// Until when the oldest event is kept.
    var nextExpiry: Timestamp? {
        guard settings.retentionDays > 0, let first = entries.first else { return nil }
        return first.receivedAt + .seconds(86_400 * settings.retentionDays)
    }

    func removeFirst() -> Entry {
        let entry = entries.removeFirst()
        sizeBytes -= entry.bytes.count
        return entry
    }
}

// As it is listed and kept.
extension EventArchive {
    /// What a list shows; the description of one tells more.
    var summary: JSONObject {
        [
            "ArchiveName": .string(name), "EventSourceArn": .string(EventBus.arn(busName)), "State": "ENABLED",
            "RetentionDays": .number(JSONNumber(settings.retentionDays)), "SizeBytes": .number(JSONNumber(sizeBytes)),
            "EventCount": .number(JSONNumber(entries.count)), "CreationTime": createdAt.jsonSeconds,
        ]
    }

    var record: [UInt8] {
        var record: JSONObject = [
            "bus": .string(busName), "days": .number(JSONNumber(settings.retentionDays)),
            "created": .number(JSONNumber(Int(createdAt.milliseconds))),
        ]
        record["description"] = settings.description.map { .string($0) }
        record["declaration"] = declaration.map { .string($0) }
        record["pattern"] = settings.pattern.map { .string($0) }
        return JSONValue.object(record).compactBytes
    }

    convenience init?(record: [UInt8], name: String) {
        guard let record = try? parseJSON(record), let busName = record["bus"]?.string,
            let days = record["days"]?.int, let created = record["created"]?.int
        else { return nil }
        let settings = Settings(
            description: record["description"]?.string, pattern: record["pattern"]?.string, retentionDays: days)
        do throws(ServiceFault) {
            try self.init(
                name: name, busName: busName, settings: settings, createdAt: Timestamp(milliseconds: Int64(created)))
        } catch {
            return nil
        }
        declaration = record["declaration"]?.string
    }
}
