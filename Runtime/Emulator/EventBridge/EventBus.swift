import JSON
import Time

/// A bus with its rules.
final class EventBus {
    static let defaultName = "default"

    let name: String
    let createdAt: Timestamp
    var modifiedAt: Timestamp
    var description: String?
    /// As JSON.
    var policy: String?
    var tags: [String: String] = [:]
    /// What the template says of it, if it is the template's, with which it goes.
    var declaration: String?
    private(set) var rules: [String: EventRule] = [:]
    private var index: RuleIndex?

    init(name: String, createdAt: Timestamp) {
        self.name = name
        self.createdAt = createdAt
        modifiedAt = createdAt
    }

    var arn: String { Self.arn(name) }

    static func arn(_ name: String) -> String {
        "arn:aws:events:\(LocalAccount.region):\(LocalAccount.id):event-bus/\(name)"
    }

    /// The name in an ARN of a bus here; names are their own.
    static func name(_ nameOrARN: String) -> String {
        let prefix = arn("")
        return nameOrARN.hasPrefix(prefix) ? String(nameOrARN.dropFirst(prefix.count)) : nameOrARN
    }

    /// Puts a rule, or takes one away. To be called too when a rule was changed.
    func set(_ rule: EventRule?, named name: String) {
        rules[name] = rule
        index = nil
    }

    func rules(matching event: BusEvent) -> [EventRule] {
        let index = index ?? RuleIndex(rules.values)
        self.index = index
        return index.rules(matching: event)
    }
}

// As it is described and kept.
extension EventBus {
    var json: JSONObject {
        var json: JSONObject = ["Name": .string(name), "Arn": .string(arn)]
        json["Description"] = description.map { .string($0) }
        json["Policy"] = policy.map { .string($0) }
        json["CreationTime"] = createdAt.jsonSeconds
        json["LastModifiedTime"] = modifiedAt.jsonSeconds
        return json
    }

    var record: [UInt8] {
        var record = json
        record["created"] = .number(JSONNumber(Int(createdAt.milliseconds)))
        record["modified"] = .number(JSONNumber(Int(modifiedAt.milliseconds)))
        record["declaration"] = declaration.map { .string($0) }
        record["tags"] = .object(JSONObject(tags.map { ($0, .string($1)) }))
        return JSONValue.object(record).compactBytes
    }

    convenience init?(record: [UInt8]) {
        guard let record = try? parseJSON(record), let name = record["Name"]?.string,
            let created = record["created"]?.int, let modified = record["modified"]?.int
        else { return nil }
        self.init(name: name, createdAt: Timestamp(milliseconds: Int64(created)))
        modifiedAt = Timestamp(milliseconds: Int64(modified))
        description = record["Description"]?.string
        policy = record["Policy"]?.string
        declaration = record["declaration"]?.string
        tags = record["tags"]?.object.map(EventRule.texts) ?? [:]
    }
}
