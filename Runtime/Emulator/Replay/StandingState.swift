import JSON

/// What stands in the services beside the tables: schedules, objects, and messages that no function reads.
struct StandingState: Sendable {
    /// By `<group>/<name>`.
    var schedules: [String: JSONValue] = [:]
    /// By `<bucket>/<key>`.
    var objects: [String: JSONValue] = [:]
    /// In queues without a consumer, such as dead-letter queues; by queue and number.
    var letters: [String: JSONValue] = [:]

    /// What differs from an earlier state: of schedules and objects before and after, of letters the new ones.
    func changes(since earlier: StandingState) -> JSONObject {
        var changes = JSONObject()
        let lists = [
            ("schedules", Self.differences(earlier.schedules, schedules)),
            ("objects", Self.differences(earlier.objects, objects)),
            ("deadLetters", letters.filter { earlier.letters[$0.key] == nil }.map(\.value).sortedByText),
        ]
        for (name, list) in lists where !list.isEmpty { changes[name] = .array(list) }
        return changes
    }

    private static func differences(_ before: [String: JSONValue], _ after: [String: JSONValue]) -> [JSONValue] {
        Set(before.keys).union(after.keys).sorted().filter { before[$0] != after[$0] }.map { name in
            ["name": .string(name), "before": before[name] ?? .null, "after": after[name] ?? .null]
        }
    }
}

extension Services {
    /// What stands now; what the template declares is left out.
    var standing: StandingState {
        var state = StandingState()
        for (key, entry) in schedules.entries where entry.declaration == nil {
            state.schedules[key] = entry.observed
        }
        for (name, bucket) in s3.store.buckets {
            for key in bucket.keys.keys {
                guard let version = bucket.current(key) else { continue }
                state.objects["\(name)/\(key.text)"] = version.observed
            }
        }
        for (name, queue) in queues.queues where !queue.hasConsumers {
            for message in queue.messages.all {
                let text = message.body.replacing(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/)
                { _ in
                    "${UUID}"
                }
                state.letters["\(name) \(message.number)"] = [
                    "queue": .string(name), "body": (try? parseJSON(text)) ?? .string(text),
                ]
            }
        }
        return state
    }
}

extension ScheduleEntry {
    /// When it fires and what it sends where, without what every schedule of the bundle has.
    fileprivate var observed: JSONValue {
        let target = definition.json["Target"]
        var json: JSONObject = ["at": definition.json["ScheduleExpression"] ?? .null]
        if definition.zoneName != "UTC" { json["zone"] = .string(definition.zoneName) }
        if !definition.isEnabled { json["state"] = "DISABLED" }
        json["target"] = (target?["Arn"]?.string?.split(separator: ":").last).map { .string(String($0)) }
        if let input = target?["Input"]?.string { json["input"] = (try? parseJSON(input)) ?? .string(input) }
        return .object(json)
    }
}

extension ObjectVersion {
    fileprivate var observed: JSONValue {
        var json: JSONObject = ["bytes": .number(JSONNumber(size)), "etag": .string(etag)]
        if let type = attributes.headers.first(where: { $0.name == "Content-Type" }) {
            json["type"] = .string(type.value)
        }
        if !attributes.metadata.isEmpty {
            let pairs = attributes.metadata.sorted { $0.name < $1.name }.map { ($0.name, JSONValue.string($0.value)) }
            json["metadata"] = .object(JSONObject(pairs))
        }
        return .object(json)
    }
}

extension Collection<JSONValue> {
    /// In an order that does not depend on which of several functions was quicker.
    var sortedByText: [JSONValue] { map { ($0.compactText, $0) }.sorted { $0.0 < $1.0 }.map(\.1) }
}
