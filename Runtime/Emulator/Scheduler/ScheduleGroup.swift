import JSON
import Time

/// A group of schedules, which go with it.
struct ScheduleGroup {
    static let defaultName = "default"

    let name: String
    let createdAt: Timestamp
    var modifiedAt: Timestamp
    var tags: [String: String] = [:]
    /// Of the call that made it, so that the same call again changes nothing.
    var clientToken: String?
    /// What the template says of it, if it is the template's, with which it goes.
    var declaration: String?

    var arn: String { Self.arn(name) }

    static func arn(_ name: String) -> String {
        "arn:aws:scheduler:\(LocalAccount.region):\(LocalAccount.id):schedule-group/\(name)"
    }

    var json: JSONValue {
        [
            "Arn": .string(arn), "Name": .string(name), "State": "ACTIVE", "CreationDate": createdAt.jsonSeconds,
            "LastModificationDate": modifiedAt.jsonSeconds,
        ]
    }

    var record: [UInt8] {
        var record: JSONObject = [
            "created": .number(JSONNumber(Int(createdAt.milliseconds))),
            "modified": .number(JSONNumber(Int(modifiedAt.milliseconds))),
            "tags": .object(JSONObject(tags.map { ($0, .string($1)) })),
        ]
        record["token"] = clientToken.map { .string($0) }
        record["declaration"] = declaration.map { .string($0) }
        return JSONValue.object(record).compactBytes
    }

    init(name: String, createdAt: Timestamp) {
        self.name = name
        self.createdAt = createdAt
        modifiedAt = createdAt
    }

    init?(record: [UInt8], name: String) {
        guard let record = try? parseJSON(record), let created = record["created"]?.int,
            let modified = record["modified"]?.int, let tags = record["tags"]?.object
        else { return nil }
        self.init(name: name, createdAt: Timestamp(milliseconds: Int64(created)))
        modifiedAt = Timestamp(milliseconds: Int64(modified))
        self.tags = EventRule.texts(tags)
        clientToken = record["token"]?.string
        declaration = record["declaration"]?.string
    }
}
