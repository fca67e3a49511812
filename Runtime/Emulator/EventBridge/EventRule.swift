import JSON
import Routing
import Time

/// A rule of a bus: which events it matches, or when it makes one, and where it sends them.
///
/// - Note: Source: EventBridge API Reference, PutRule.
final class EventRule {
    struct Settings: Hashable {
        var pattern: String?
        var schedule: String?
        var isEnabled = true
        /// `ENABLED`, `DISABLED` or `ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS`.
        var state = "ENABLED" { didSet { isEnabled = state != "DISABLED" } }
        var description: String?
        var roleARN: String?
    }

    let name: String
    let busName: String
    private(set) var settings: Settings
    private(set) var pattern: EventPattern?
    private(set) var schedule: ScheduleExpression?
    var targets: [RuleTarget] = []
    var tags: [String: String] = [:]
    /// What the template says of it, if it is the template's, with which it goes.
    var declaration: String?
    /// From when a rate counts.
    var anchor: Timestamp
    var nextDue: Timestamp?
    var timer: Timers.Timer?

    init(name: String, busName: String, settings: Settings, anchor: Timestamp) throws(ServiceFault) {
        self.name = name
        self.busName = busName
        self.anchor = anchor
        self.settings = Settings()
        try apply(settings)
    }

    var arn: String { Self.arn(name, on: busName) }

    static func arn(_ name: String, on busName: String) -> String {
        let path = busName == EventBus.defaultName ? name : "\(busName)/\(name)"
        return "arn:aws:events:\(LocalAccount.region):\(LocalAccount.id):rule/\(path)"
    }

    func apply(_ settings: Settings) throws(ServiceFault) {
        pattern = try settings.pattern.map { text throws(ServiceFault) in try Self.pattern(text) }
        schedule = try settings.schedule.map { (text) throws(ServiceFault) in
            do throws(ScheduleExpressionError) {
                return try ScheduleExpression(parsing: text, for: .eventBridgeRule)
            } catch {
                throw .validation(error.description)
            }
        }
        self.settings = settings
    }

    static func pattern(_ text: String) throws(ServiceFault) -> EventPattern {
        do throws(EventPatternError) {
            return try EventPattern(parsing: text)
        } catch {
            throw ServiceFault(code: error.code, message: error.description)
        }
    }
}

// As it is listed and kept.
extension EventRule {
    var json: JSONObject {
        var json: JSONObject = ["Name": .string(name), "Arn": .string(arn)]
        json["EventPattern"] = settings.pattern.map { .string($0) }
        json["State"] = .string(settings.state)
        json["Description"] = settings.description.map { .string($0) }
        json["ScheduleExpression"] = settings.schedule.map { .string($0) }
        json["RoleArn"] = settings.roleARN.map { .string($0) }
        json["EventBusName"] = .string(busName)
        return json
    }

    var record: [UInt8] {
        var record = json
        record["anchor"] = .number(JSONNumber(Int(anchor.milliseconds)))
        record["declaration"] = declaration.map { .string($0) }
        record["targets"] = .array(targets.map(\.json))
        record["tags"] = .object(JSONObject(tags.map { ($0, .string($1)) }))
        return JSONValue.object(record).compactBytes
    }

    convenience init?(record: [UInt8]) {
        guard let record = try? parseJSON(record), let name = record["Name"]?.string,
            let busName = record["EventBusName"]?.string, let anchor = record["anchor"]?.int,
            let state = record["State"]?.string, let targets = record["targets"]?.array
        else { return nil }
        var settings = Settings(
            pattern: record["EventPattern"]?.string, schedule: record["ScheduleExpression"]?.string,
            description: record["Description"]?.string, roleARN: record["RoleArn"]?.string)
        settings.state = state
        let start = Timestamp(milliseconds: Int64(anchor))
        do throws(ServiceFault) {
            try self.init(name: name, busName: busName, settings: settings, anchor: start)
            for target in targets { self.targets.append(try RuleTarget(ModelInput(target))) }
        } catch {
            return nil
        }
        declaration = record["declaration"]?.string
        tags = record["tags"]?.object.map(Self.texts) ?? [:]
    }

    static func texts(_ object: JSONObject) -> [String: String] {
        Dictionary(uniqueKeysWithValues: object.map { ($0.key, $0.value.string ?? "") })
    }
}
