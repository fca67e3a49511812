import JSON
import Routing
import Time

/// A schedule with what it is to do next.
final class ScheduleEntry {
    let name: String
    let groupName: String
    let createdAt: Timestamp
    var modifiedAt: Timestamp
    private(set) var definition: ScheduleDefinition
    /// Of the call that made it, so that the same call again changes nothing.
    var clientToken: String?
    /// What the template says of it, if it is the template's, with which it goes.
    var declaration: String?
    /// Nil if it is switched off or has ended.
    var next: Schedule.Occurrence?
    var timer: Timers.Timer?
    private var schedule: Schedule

    init(name: String, groupName: String, definition: ScheduleDefinition, createdAt: Timestamp, modifiedAt: Timestamp) {
        self.name = name
        self.groupName = groupName
        self.createdAt = createdAt
        self.modifiedAt = modifiedAt
        self.definition = definition
        schedule = definition.schedule(anchor: modifiedAt, seed: "\(groupName)/\(name)".stableHash)
    }

    func apply(_ definition: ScheduleDefinition, at now: Timestamp) {
        self.definition = definition
        modifiedAt = now
        schedule = definition.schedule(anchor: now, seed: key.stableHash)
    }

    /// In the journal and in lists, where it orders them.
    var key: String { "\(groupName)/\(name)" }

    var arn: String { Self.arn(name, in: groupName) }

    static func arn(_ name: String, in groupName: String) -> String {
        "arn:aws:scheduler:\(LocalAccount.region):\(LocalAccount.id):schedule/\(groupName)/\(name)"
    }

    /// The first run after `instant`; a schedule that has just been made runs at that very time too.
    func next(after instant: Timestamp) -> Schedule.Occurrence? { schedule.next(after: instant) }
}

// As it is described and kept.
extension ScheduleEntry {
    var json: JSONObject {
        var json = definition.json
        json["Arn"] = .string(arn)
        json["Name"] = .string(name)
        json["GroupName"] = .string(groupName)
        json["CreationDate"] = createdAt.jsonSeconds
        json["LastModificationDate"] = modifiedAt.jsonSeconds
        return json
    }

    var summary: JSONValue {
        [
            "Arn": .string(arn), "Name": .string(name), "GroupName": .string(groupName),
            "State": .string(definition.isEnabled ? "ENABLED" : "DISABLED"),
            "CreationDate": createdAt.jsonSeconds, "LastModificationDate": modifiedAt.jsonSeconds,
            "Target": ["Arn": .string(definition.target.arn)],
        ]
    }

    var record: [UInt8] {
        var record: JSONObject = [
            "name": .string(name), "group": .string(groupName), "definition": .object(definition.json),
            "created": .number(JSONNumber(Int(createdAt.milliseconds))),
            "modified": .number(JSONNumber(Int(modifiedAt.milliseconds))),
        ]
        record["token"] = clientToken.map { .string($0) }
        record["declaration"] = declaration.map { .string($0) }
        return JSONValue.object(record).compactBytes
    }

    convenience init?(record: [UInt8]) {
        guard let record = try? parseJSON(record), let name = record["name"]?.string,
            let group = record["group"]?.string, let definition = record["definition"],
            let created = record["created"]?.int, let modified = record["modified"]?.int,
            let read = try? ScheduleDefinition(ModelInput(definition), now: nil)
        else { return nil }
        self.init(
            name: name, groupName: group, definition: read, createdAt: Timestamp(milliseconds: Int64(created)),
            modifiedAt: Timestamp(milliseconds: Int64(modified)))
        clientToken = record["token"]?.string
        declaration = record["declaration"]?.string
    }
}

extension Schedule.Occurrence {
    var record: [UInt8] { Array("\(scheduledAt.milliseconds) \(invokedAt.milliseconds)".utf8) }
}
