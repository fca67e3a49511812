import JSON

/// Where a bucket's events go.
///
/// - Note: Source: Amazon S3 API Reference, PutBucketNotificationConfiguration; Amazon S3 User Guide, "Configuring
///   event notifications using object key name filtering".
package struct NotificationConfiguration: Hashable, Sendable {
    /// Kinds of destinations, with the names of their elements.
    package enum Destination: String, CaseIterable, Sendable {
        case function = "CloudFunction"
        case queue = "Queue"
        case topic = "Topic"

        var element: String { "\(rawValue)Configuration" }

        /// The service in an ARN.
        var service: String {
            switch self {
            case .function: "lambda"
            case .queue: "sqs"
            case .topic: "sns"
            }
        }
    }

    package struct Rule: Hashable, Sendable {
        package var id: String
        package var destination: Destination
        package var arn: String
        /// Such as `s3:ObjectCreated:*`.
        package var events: [String]
        package var prefix = ""
        package var suffix = ""

        package init(
            id: String, destination: Destination, arn: String, events: [String], prefix: String = "",
            suffix: String = ""
        ) {
            self.id = id
            self.destination = destination
            self.arn = arn
            self.events = events
            self.prefix = prefix
            self.suffix = suffix
        }

        /// - Parameter event: without `s3:`, such as `ObjectCreated:Put`.
        package func matches(event: String, key: String) -> Bool {
            let name = "s3:\(event)"
            return events.contains { $0 == name || $0.hasSuffix("*") && name.hasPrefix($0.dropLast()) }
                && key.utf8.starts(with: prefix.utf8) && key.utf8.reversed().starts(with: suffix.utf8.reversed())
        }
    }

    package var rules: [Rule] = []
    package var sendsToEventBridge = false

    package init(rules: [Rule] = [], sendsToEventBridge: Bool = false) {
        self.rules = rules
        self.sendsToEventBridge = sendsToEventBridge
    }

    /// Those that may be asked for.
    package static let events: Set<String> = [
        "s3:TestEvent", "s3:ReducedRedundancyLostObject", "s3:ObjectCreated:*", "s3:ObjectCreated:Put",
        "s3:ObjectCreated:Post", "s3:ObjectCreated:Copy", "s3:ObjectCreated:CompleteMultipartUpload",
        "s3:ObjectRemoved:*", "s3:ObjectRemoved:Delete", "s3:ObjectRemoved:DeleteMarkerCreated", "s3:ObjectRestore:*",
        "s3:ObjectRestore:Post", "s3:ObjectRestore:Completed", "s3:ObjectRestore:Delete", "s3:Replication:*",
        "s3:LifecycleExpiration:*", "s3:LifecycleExpiration:Delete", "s3:LifecycleExpiration:DeleteMarkerCreated",
        "s3:LifecycleTransition", "s3:IntelligentTiering", "s3:ObjectTagging:*", "s3:ObjectTagging:Put",
        "s3:ObjectTagging:Delete", "s3:ObjectAcl:Put",
    ]
}

// MARK: - XML

extension NotificationConfiguration {
    /// - Parameter newID: for rules without one.
    init(_ element: XMLElement, newID: () -> String) throws(S3Fault) {
        self.init(sendsToEventBridge: element["EventBridgeConfiguration"] != nil)
        for destination in Destination.allCases {
            for child in element.all(destination.element) {
                rules.append(try Rule(child, destination, newID: newID))
            }
        }
        guard rules.count <= S3Quotas.notificationsMax else {
            throw .invalidArgument("You can have at most \(S3Quotas.notificationsMax) notification configurations.")
        }
        try checkOverlaps()
    }

    /// Two rules that could both hold for one event of one key are refused, as S3 could not tell where to send it.
    package func overlap() -> (Rule, Rule)? {
        for (index, one) in rules.enumerated() {
            for other in rules[..<index] where Self.overlap(one, other) { return (other, one) }
        }
        return nil
    }

    private func checkOverlaps() throws(S3Fault) {
        guard overlap() == nil else {
            throw .invalidArgument(
                "Configurations overlap. Configurations on the same bucket cannot share a common event type.")
        }
    }

    private static func overlap(_ one: Rule, _ other: Rule) -> Bool {
        let isShared = one.events.contains { a in
            other.events.contains { b in
                a == b || a.hasSuffix("*") && b.hasPrefix(a.dropLast()) || b.hasSuffix("*") && a.hasPrefix(b.dropLast())
            }
        }
        let prefixes = one.prefix.hasPrefix(other.prefix) || other.prefix.hasPrefix(one.prefix)
        let suffixes = one.suffix.hasSuffix(other.suffix) || other.suffix.hasSuffix(one.suffix)
        return isShared && prefixes && suffixes
    }

    var xml: String {
        XMLWriter.document("NotificationConfiguration") { writer in
            for rule in rules {
                writer.element(rule.destination.element) { writer in
                    writer.element("Id", rule.id)
                    writer.element(rule.destination.rawValue, rule.arn)
                    for event in rule.events { writer.element("Event", event) }
                    if !rule.prefix.isEmpty || !rule.suffix.isEmpty { rule.writeFilter(&writer) }
                }
            }
            if sendsToEventBridge { writer.element("EventBridgeConfiguration") { _ in } }
        }
    }
}

extension NotificationConfiguration.Rule {
    fileprivate init(
        _ element: XMLElement, _ destination: NotificationConfiguration.Destination, newID: () -> String
    ) throws(S3Fault) {
        guard let arn = element.text(destination.rawValue) else { throw .malformedXML }
        let id = element.text("Id").flatMap { $0.isEmpty ? nil : $0 } ?? newID()
        self.init(id: id, destination: destination, arn: arn, events: element.all("Event").map(\.text))
        guard id.utf8.count <= 255, !events.isEmpty else { throw .malformedXML }
        for event in events where !NotificationConfiguration.events.contains(event) {
            throw .invalidArgument("The event is not supported for notifications", name: "Event", value: event)
        }
        guard arn.hasPrefix("arn:aws:\(destination.service):") else {
            throw .invalidArgument(
                "The ARN is not well formed", name: destination.rawValue, value: arn)
        }
        var names: Set<String> = []
        for rule in element["Filter"]?["S3Key"]?.all("FilterRule") ?? [] {
            let name = rule.text("Name")?.lowercased() ?? ""
            let value = rule.text("Value") ?? ""
            guard names.insert(name).inserted else {
                throw .invalidArgument("Cannot specify more than one \(name) rule in a filter.")
            }
            switch name {
            case "prefix": prefix = value
            case "suffix": suffix = value
            default:
                throw .invalidArgument("filter rule name must be either prefix or suffix")
            }
            guard value.utf8.count <= S3Quotas.keyBytesMax else {
                throw .invalidArgument("Size of filter rule value cannot exceed 1024 bytes in UTF-8 representation")
            }
        }
    }

    fileprivate func writeFilter(_ writer: inout XMLWriter) {
        writer.element("Filter") { writer in
            writer.element("S3Key") { writer in
                for (name, value) in [("Prefix", prefix), ("Suffix", suffix)] where !value.isEmpty {
                    writer.element("FilterRule") { writer in
                        writer.element("Name", name)
                        writer.element("Value", value)
                    }
                }
            }
        }
    }
}

// MARK: - Records

extension NotificationConfiguration {
    var json: JSONValue {
        [
            "eventBridge": .bool(sendsToEventBridge),
            "rules": .array(
                rules.map { rule in
                    [
                        "id": .string(rule.id), "destination": .string(rule.destination.rawValue),
                        "arn": .string(rule.arn), "events": .array(rule.events.map(JSONValue.string)),
                        "prefix": .string(rule.prefix), "suffix": .string(rule.suffix),
                    ]
                }),
        ]
    }

    init(json: JSONValue?) {
        self.init(sendsToEventBridge: json?["eventBridge"]?.bool ?? false)
        rules = (json?["rules"]?.array ?? []).compactMap { rule in
            guard let id = rule["id"]?.string, let arn = rule["arn"]?.string,
                let destination = rule["destination"]?.string.flatMap(Destination.init(rawValue:))
            else { return nil }
            return Rule(
                id: id, destination: destination, arn: arn,
                events: (rule["events"]?.array ?? []).compactMap(\.string), prefix: rule["prefix"]?.string ?? "",
                suffix: rule["suffix"]?.string ?? "")
        }
    }
}
