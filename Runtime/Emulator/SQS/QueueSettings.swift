import JSON

/// The attributes of a queue that can be set.
///
/// - Note: Source: Amazon SQS API Reference, CreateQueue and SetQueueAttributes.
struct QueueSettings: Hashable, Sendable {
    /// As they are set: texts by name, all with a default included.
    private(set) var values: [String: String]

    private(set) var isFIFO = false
    private(set) var visibility = Duration.seconds(30)
    private(set) var delay = Duration.zero
    private(set) var retention = Duration.seconds(345_600)
    private(set) var waitTime = Duration.zero
    private(set) var messageSizeBytesMax = sizeBytesMax
    private(set) var redrive: RedrivePolicy?
    private(set) var redriveAllow = RedriveAllowPolicy.all

    /// Of a message, and of all messages of a batch together.
    static let sizeBytesMax = 1_048_576

    var deduplicatesByContent: Bool { values["ContentBasedDeduplication"] == "true" }
    var deduplicatesPerGroup: Bool { values["DeduplicationScope"] == "messageGroup" }

    private static let integers: [String: ClosedRange<Int>] = [
        "DelaySeconds": 0...900, "MaximumMessageSize": 1_024...sizeBytesMax, "MessageRetentionPeriod": 60...1_209_600,
        "ReceiveMessageWaitTimeSeconds": 0...20, "VisibilityTimeout": 0...43_200,
        "KmsDataKeyReusePeriodSeconds": 60...86_400,
    ]
    private static let choices: [String: [String]] = [
        "FifoQueue": ["true"], "ContentBasedDeduplication": ["true", "false"],
        "SqsManagedSseEnabled": ["true", "false"],
        "DeduplicationScope": ["queue", "messageGroup"], "FifoThroughputLimit": ["perQueue", "perMessageGroupId"],
    ]
    /// An empty text takes them away.
    private static let removable: Set<String> = ["Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId"]
    private static let onlyFIFO: Set<String> = [
        "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit",
    ]

    static let names = Set(integers.keys).union(choices.keys).union(removable)

    /// - Parameter attributes: those that a new queue is made with.
    init(_ attributes: [String: String]) throws(ServiceFault) {
        values = [
            "VisibilityTimeout": "30", "DelaySeconds": "0", "MessageRetentionPeriod": "345600",
            "ReceiveMessageWaitTimeSeconds": "0", "MaximumMessageSize": String(Self.sizeBytesMax),
            "SqsManagedSseEnabled": "true",
        ]
        isFIFO = attributes["FifoQueue"] == "true"
        if isFIFO {
            values.merge(
                [
                    "ContentBasedDeduplication": "false", "DeduplicationScope": "queue",
                    "FifoThroughputLimit": "perQueue",
                ]
            ) { $1 }
        }
        // CloudFormation says it of standard queues too.
        try apply(attributes.filter { !($0.key == "FifoQueue" && $0.value == "false") })
    }

    /// Changes some.
    mutating func apply(_ attributes: [String: String]) throws(ServiceFault) {
        var changed = self
        for (name, value) in attributes.sorted(by: { $0.key < $1.key }) { try changed.set(name, value) }
        if changed.values["FifoThroughputLimit"] == "perMessageGroupId", !changed.deduplicatesPerGroup {
            throw .invalidParameter(
                "The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup.")
        }
        self = changed
    }

    private mutating func set(_ name: String, _ value: String) throws(ServiceFault) {
        guard Self.names.contains(name) else { throw .attributeUnknown(name) }
        if Self.onlyFIFO.contains(name), !isFIFO {
            if name == "ContentBasedDeduplication" { throw .attributeUnknown(name) }
            throw ServiceFault(
                code: "InvalidAttributeName", message: "You can specify the \(name) only when FifoQueue is set to true."
            )
        }
        if name == "FifoQueue", !isFIFO || value != "true" { throw .attributeInvalid(name) }
        if Self.removable.contains(name), value.isEmpty {
            values[name] = nil
        } else {
            if let range = Self.integers[name] {
                guard let number = Int(value), range.contains(number) else { throw .attributeInvalid(name) }
            }
            if let choices = Self.choices[name], !choices.contains(value) { throw .attributeInvalid(name) }
            values[name] = value
        }
        try read(name)
    }

    private mutating func read(_ name: String) throws(ServiceFault) {
        let seconds = values[name].flatMap { Int($0) } ?? 0
        switch name {
        case "VisibilityTimeout": visibility = .seconds(seconds)
        case "DelaySeconds": delay = .seconds(seconds)
        case "MessageRetentionPeriod": retention = .seconds(seconds)
        case "ReceiveMessageWaitTimeSeconds": waitTime = .seconds(seconds)
        case "MaximumMessageSize": messageSizeBytesMax = seconds
        case "RedrivePolicy":
            redrive = nil
            if let text = values[name] { redrive = try RedrivePolicy(text) }
        case "RedriveAllowPolicy":
            redriveAllow = .all
            if let text = values[name] { redriveAllow = try RedriveAllowPolicy(text) }
        case "Policy":
            guard let text = values[name] else { return }
            guard (try? parseJSON(Array(text.utf8)))?.object != nil else { throw .attributeInvalid(name) }
        default: break
        }
    }
}

/// Where messages go that are received too often.
struct RedrivePolicy: Hashable, Sendable {
    var targetARN: String
    /// 1...1,000.
    var maxReceiveCount: Int

    init(_ text: String) throws(ServiceFault) {
        func invalid(_ reason: String) -> ServiceFault { .invalidParameter(text, "RedrivePolicy", reason: reason) }
        guard let policy = try? parseJSON(Array(text.utf8)), policy.object != nil else {
            throw invalid("Redrive policy is not a valid JSON map.")
        }
        guard let target = policy["deadLetterTargetArn"]?.string else {
            throw invalid("Redrive policy does not contain mandatory attribute: deadLetterTargetArn.")
        }
        guard let count = policy["maxReceiveCount"], !count.isNull else {
            throw invalid("Redrive policy does not contain mandatory attribute: maxReceiveCount.")
        }
        // Both 3 and "3" are taken.
        guard let number = count.int ?? count.string.flatMap({ Int($0) }), 1...1_000 ~= number else {
            throw invalid(
                "Invalid value for maxReceiveCount: \(count.string ?? count.compactText), valid values are from 1 to 1000 "
                    + "both inclusive.")
        }
        targetARN = target
        maxReceiveCount = number
    }
}

/// Which queues may send here what was received too often.
enum RedriveAllowPolicy: Hashable, Sendable {
    case all
    case none
    case queues([String])

    private static let queuesMax = 10

    init(_ text: String) throws(ServiceFault) {
        let policy = try? parseJSON(Array(text.utf8))
        let queues = policy?["sourceQueueArns"]?.array?.compactMap(\.string)
        switch (policy?["redrivePermission"]?.string, queues) {
        case ("allowAll"?, nil): self = .all
        case ("denyAll"?, nil): self = .none
        case ("byQueue"?, let queues?) where 1...Self.queuesMax ~= queues.count: self = .queues(queues)
        default: throw .attributeInvalid("RedriveAllowPolicy")
        }
    }

    func allows(_ arn: String) -> Bool {
        switch self {
        case .all: true
        case .none: false
        case .queues(let arns): arns.contains(arn)
        }
    }
}
