import JSON
import NIOHTTP1
import Time

// Making, describing and ending queues.
extension SQSService {
    private static let nameCharactersMax = 80
    private static let pageMax = 1_000
    private static let tagsMax = 50
    private static let purgeInterval = Duration.seconds(60)

    static func check(name: String, isFIFO: Bool) throws(ServiceFault) {
        let stem = name.hasSuffix(".fifo") ? name.dropLast(5) : name[...]
        let isAllowed = stem.utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }
        guard isAllowed, !stem.isEmpty, name.utf8.count <= nameCharactersMax, isFIFO == name.hasSuffix(".fifo") else {
            throw .invalidParameter(
                isFIFO
                    ? "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must "
                        + "end with .fifo suffix and be 1 to 80 in length."
                    : "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length")
        }
    }

    func createQueue(_ input: SQSInput) throws(ServiceFault) -> JSONValue {
        let name = try input.requireText("QueueName")
        let attributes = try input.map("Attributes")
        let tags = try input.map("tags")
        try Self.check(name: name, isFIFO: attributes["FifoQueue"] == "true")
        let settings = try QueueSettings(attributes)
        if let queue = queues[name] {
            for (attribute, value) in attributes.sorted(by: { $0.key < $1.key })
            where (queue.settings.values[attribute] ?? "") != value && (attribute, value) != ("FifoQueue", "false") {
                throw ServiceFault(
                    code: "QueueNameExists",
                    message:
                        "A queue already exists with the same name and a different value for attribute \(attribute)")
            }
            return ["QueueUrl": .string(queue.url)]
        }
        try checkRedrive(settings, of: "arn:aws:sqs:\(LocalAccount.region):\(LocalAccount.id):\(name)")
        try Self.check(tags: tags)
        return ["QueueUrl": .string(try addQueue(name, settings: settings, tags: tags).url)]
    }

    /// The dead-letter queue is there, of the same sort, and takes messages from this one.
    func checkRedrive(_ settings: QueueSettings, of arn: String) throws(ServiceFault) {
        guard let redrive = settings.redrive else { return }
        func invalid(_ reason: String) -> ServiceFault {
            .invalidParameter(settings.values["RedrivePolicy"] ?? "", "RedrivePolicy", reason: reason)
        }
        guard let target = queue(arn: redrive.targetARN) else { throw invalid("Dead letter target does not exist.") }
        guard target.settings.isFIFO == settings.isFIFO else {
            throw invalid("Dead-letter queue must be same type of queue as the source.")
        }
        guard target.settings.redriveAllow.allows(arn) else {
            throw invalid("Dead letter target doesn't allow redrive from this queue.")
        }
    }

    func deleteQueue(_ input: SQSInput) throws(ServiceFault) -> JSONValue {
        remove(try queue(input))
        return [:]
    }

    func getQueueURL(_ input: SQSInput) throws(ServiceFault) -> JSONValue {
        let name = try input.requireText("QueueName")
        let owner = try input.text("QueueOwnerAWSAccountId") ?? LocalAccount.id
        guard owner == LocalAccount.id, let queue = queues[name] else { throw .queueUnknown }
        return ["QueueUrl": .string(queue.url)]
    }

    func listQueues(_ input: SQSInput) throws(ServiceFault) -> JSONValue {
        let prefix = try input.text("QueueNamePrefix") ?? ""
        let found = queues.values.filter { $0.name.hasPrefix(prefix) }
        var (answer, page) = try page(of: found, input)
        if !page.isEmpty { answer["QueueUrls"] = .array(page.map { .string($0.url) }) }
        return .object(answer)
    }

    /// The queues that have this one for their dead letters.
    func listSources(_ input: SQSInput) throws(ServiceFault) -> JSONValue {
        let target = try queue(input)
        let found = queues.values.filter { $0.settings.redrive?.targetARN == target.arn }
        var (answer, page) = try page(of: found, input)
        answer["queueUrls"] = .array(page.map { .string($0.url) })
        return .object(answer)
    }

    /// In the order of names; the token is the last name of a page.
    private func page(
        of queues: [MessageQueue], _ input: SQSInput
    ) throws(ServiceFault) -> (JSONObject, [MessageQueue]) {
        let limit = try input.integer(
            "MaxResults", in: 1...Self.pageMax, reason: "MaxResults must be an integer between 1 and 1000.")
        let last = try input.text("NextToken")
        let rest = queues.sorted { $0.name < $1.name }.filter { queue in last.map { $0 < queue.name } ?? true }
        let page = Array(rest.prefix(limit ?? Self.pageMax))
        var answer = JSONObject()
        if limit != nil, page.count < rest.count { answer["NextToken"] = page.last.map { .string($0.name) } }
        return (answer, page)
    }

    // MARK: Attributes

    func getAttributes(_ input: SQSInput) throws(ServiceFault) -> JSONValue {
        let queue = try queue(input)
        let names = try input.texts("AttributeNames")
        queue.settle()
        let seconds = { (instant: Timestamp) in String(instant.secondsRoundedDown) }
        let all = queue.settings.values.merging([
            "QueueArn": queue.arn, "CreatedTimestamp": seconds(queue.createdAt),
            "LastModifiedTimestamp": seconds(queue.modifiedAt),
            "ApproximateNumberOfMessages": String(queue.messages.readyCount),
            "ApproximateNumberOfMessagesNotVisible": String(queue.messages.inFlightCount),
            "ApproximateNumberOfMessagesDelayed": String(queue.messages.delayedCount),
        ]) { $1 }
        for name in names where name != "All" && all[name] == nil && !QueueSettings.names.contains(name) {
            throw .attributeUnknown(name)
        }
        let shown = all.filter { names.contains("All") || names.contains($0.key) }
        guard !shown.isEmpty else { return [:] }
        return ["Attributes": .object(JSONObject(shown.sorted { $0.key < $1.key }.map { ($0, .string($1)) }))]
    }

    func setAttributes(_ input: SQSInput) throws(ServiceFault) -> JSONValue {
        let queue = try queue(input)
        guard input["Attributes"] != nil else { throw .missingParameter("Attribute.Name") }
        let attributes = try input.map("Attributes")
        var settings = queue.settings
        try settings.apply(attributes)
        if attributes["RedrivePolicy"] != nil { try checkRedrive(settings, of: queue.arn) }
        queue.change(settings: settings, tags: queue.tags)
        return [:]
    }

    func purge(_ input: SQSInput) throws(ServiceFault) -> JSONValue {
        let queue = try queue(input)
        let now = host.clock.now
        if let last = queue.purgedAt, last + Self.purgeInterval > now {
            throw ServiceFault(
                code: "PurgeQueueInProgress",
                message: "Only one PurgeQueue operation on \(queue.name) is allowed every 60 seconds.",
                status: .forbidden)
        }
        queue.purgedAt = now
        queue.removeMessages()
        return [:]
    }

    // MARK: Tags

    static func check(tags: [String: String]) throws(ServiceFault) {
        guard tags.count <= tagsMax else {
            throw .invalidParameter("Too many tags added for queue. Maximum number of tags is \(tagsMax).")
        }
    }

    func tag(_ input: SQSInput) throws(ServiceFault) -> JSONValue {
        let queue = try queue(input)
        let tags = try input.map("Tags")
        guard !tags.isEmpty else { throw .missingParameter("Tags") }
        let all = queue.tags.merging(tags) { $1 }
        try Self.check(tags: all)
        queue.change(settings: queue.settings, tags: all)
        return [:]
    }

    func untag(_ input: SQSInput) throws(ServiceFault) -> JSONValue {
        let queue = try queue(input)
        let keys = Set(try input.texts("TagKeys"))
        guard !keys.isEmpty else {
            throw .invalidParameter("Tag keys must be between 1 and 128 characters in length.")
        }
        queue.change(settings: queue.settings, tags: queue.tags.filter { !keys.contains($0.key) })
        return [:]
    }

    func listTags(_ input: SQSInput) throws(ServiceFault) -> JSONValue {
        let tags = try queue(input).tags.sorted { $0.key < $1.key }
        return tags.isEmpty ? [:] : ["Tags": .object(JSONObject(tags.map { ($0, .string($1)) }))]
    }

    // MARK: Permissions

    func addPermission(_ input: SQSInput) throws(ServiceFault) -> JSONValue {
        let queue = try queue(input)
        let label = try input.requireText("Label")
        let accounts = try input.texts("AWSAccountIds")
        let actions = try input.texts("Actions")
        guard !accounts.isEmpty else { throw .missingParameter("AWSAccountIds") }
        guard !actions.isEmpty else { throw .missingParameter("Actions") }
        var (policy, statements) = policy(of: queue)
        guard !statements.contains(where: { $0["Sid"]?.string == label }) else {
            throw .invalidParameter(label, "Label", reason: "Already exists.")
        }
        let principals = accounts.map { JSONValue.string("arn:aws:iam::\($0):root") }
        let names = actions.map { JSONValue.string("SQS:\($0)") }
        statements.append([
            "Sid": .string(label), "Effect": "Allow",
            "Principal": ["AWS": principals.count == 1 ? principals[0] : .array(principals)],
            "Action": names.count == 1 ? names[0] : .array(names), "Resource": .string(queue.arn),
        ])
        policy["Statement"] = .array(statements)
        return try setPolicy(JSONValue.object(policy).compactText, of: queue)
    }

    func removePermission(_ input: SQSInput) throws(ServiceFault) -> JSONValue {
        let queue = try queue(input)
        let label = try input.requireText("Label")
        var (policy, statements) = policy(of: queue)
        let rest = statements.filter { $0["Sid"]?.string != label }
        guard rest.count < statements.count else {
            throw .invalidParameter(label, "Label", reason: "can't find label.")
        }
        statements = rest
        policy["Statement"] = .array(statements)
        return try setPolicy(statements.isEmpty ? "" : JSONValue.object(policy).compactText, of: queue)
    }

    private func policy(of queue: MessageQueue) -> (JSONObject, [JSONValue]) {
        let text = queue.settings.values["Policy"] ?? ""
        guard let policy = (try? parseJSON(Array(text.utf8)))?.object else {
            return (["Version": "2012-10-17", "Id": .string("\(queue.arn)/SQSDefaultPolicy")], [])
        }
        return (policy, policy["Statement"]?.array ?? [])
    }

    private func setPolicy(_ text: String, of queue: MessageQueue) throws(ServiceFault) -> JSONValue {
        var settings = queue.settings
        try settings.apply(["Policy": text])
        queue.change(settings: settings, tags: queue.tags)
        return [:]
    }
}
