import JSON
import Template

// The queues of a template.
extension SQSService {
    /// Makes the template's queues, or gives those that are there its settings; their messages stay.
    ///
    /// - Throws: `EmulatorError` at the queue's place in the template, in SQS's own words.
    func deploy(_ stack: Stack) throws(EmulatorError) {
        let resources = stack.resources.filter { $0.type == "AWS::SQS::Queue" }
        var declared: [(resource: Resource, name: String, attributes: [String: String])] = []
        for resource in resources {
            let name = resource.attributes["QueueName"] ?? resource.logicalID
            guard !declared.contains(where: { $0.name == name }) else {
                throw EmulatorError("\(resource.position): there is another queue named \(name); rename one of them")
            }
            declared.append((resource, name, Self.attributes(of: resource.properties)))
        }
        for (resource, name, attributes) in declared {
            try at(resource) { () throws(ServiceFault) in
                try deploy(name, attributes, tags: Self.tags(of: resource.properties))
            }
        }
        // A queue may name one that stands below it.
        for (resource, name, _) in declared {
            guard let queue = queues[name] else { continue }
            try at(resource) { () throws(ServiceFault) in try checkRedrive(queue.settings, of: queue.arn) }
        }
        try deployPolicies(stack)
    }

    private func deploy(
        _ name: String, _ attributes: [String: String], tags: [String: String]
    ) throws(ServiceFault) {
        let settings = try QueueSettings(attributes)
        try Self.check(name: name, isFIFO: settings.isFIFO)
        try Self.check(tags: tags)
        guard let queue = queues[name] else { return _ = try addQueue(name, settings: settings, tags: tags) }
        guard queue.settings.isFIFO == settings.isFIFO else {
            throw .invalidParameter("The kept queue \(name) is of the other type. Remove the folder of --data.")
        }
        if queue.settings != settings || queue.tags != tags { queue.change(settings: settings, tags: tags) }
    }

    /// `AWS::SQS::QueuePolicy` gives queues their policy.
    private func deployPolicies(_ stack: Stack) throws(EmulatorError) {
        for resource in stack.resources where resource.type == "AWS::SQS::QueuePolicy" {
            for url in resource.properties["Queues"]?.list ?? [] {
                try at(resource) { () throws(ServiceFault) in
                    let queue = try queue(SQSInput(value: ["QueueUrl": .string(url.text ?? "")]))
                    var settings = queue.settings
                    try settings.apply(["Policy": (resource.properties["PolicyDocument"]?.json ?? .null).compactText])
                    if settings != queue.settings { queue.change(settings: settings, tags: queue.tags) }
                }
            }
        }
    }

    private func at(
        _ resource: Resource, _ body: () throws(ServiceFault) -> Void
    ) throws(EmulatorError) {
        do throws(ServiceFault) { try body() } catch {
            throw EmulatorError("\(resource.position): \(resource.logicalID): \(error.message)")
        }
    }

    /// The properties are called as the attributes are.
    private static func attributes(of properties: TemplateValue) -> [String: String] {
        var attributes: [String: String] = [:]
        for member in properties.map ?? [] where QueueSettings.names.contains(member.name) && !member.value.isNull {
            attributes[member.name] = member.value.text?.asQueueAttribute ?? member.value.json.compactText
        }
        return attributes
    }

    private static func tags(of properties: TemplateValue) -> [String: String] {
        var tags: [String: String] = [:]
        for tag in properties["Tags"]?.list ?? [] {
            if let key = tag["Key"]?.text { tags[key] = tag["Value"]?.text ?? "" }
        }
        return tags
    }
}

extension String {
    /// YAML's booleans may be written with a capital.
    fileprivate var asQueueAttribute: String {
        ["True": "true", "TRUE": "true", "False": "false", "FALSE": "false"][self] ?? self
    }
}

extension TemplateCoverage {
    static let queues = Coverage([
        "AWS::SQS::Queue": [
            "QueueName": .used, "FifoQueue": .used, "ContentBasedDeduplication": .used, "DeduplicationScope": .used,
            "DelaySeconds": .used, "MaximumMessageSize": .used, "MessageRetentionPeriod": .used,
            "ReceiveMessageWaitTimeSeconds": .used, "RedriveAllowPolicy": .used, "RedrivePolicy": .used,
            "VisibilityTimeout": .used, "Tags": .used,
            "FifoThroughputLimit": .harmless("no queue here has a limit of throughput"),
            "KmsMasterKeyId": .harmless("nothing leaves this machine"),
            "KmsDataKeyReusePeriodSeconds": .harmless("nothing leaves this machine"),
            "SqsManagedSseEnabled": .harmless("nothing leaves this machine"),
        ],
        "AWS::SQS::QueuePolicy": ["PolicyDocument": .used, "Queues": .used],
    ])
}
