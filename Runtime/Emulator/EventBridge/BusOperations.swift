import JSON

// Making, describing and ending buses.
extension EventBridgeService {
    /// - Note: Source: EventBridge User Guide, "Amazon EventBridge quotas".
    static let busesMax = 100
    private static let newBusName = ModelInput.TextConstraint.name(
        1...256, signs: "/.-_", pattern: "[/\\.\\-_A-Za-z0-9]+")
    private static let busDescription = ModelInput.TextConstraint(lengths: 0...512)
    /// - Note: Source: EventBridge API Reference, PutPermission: "Event Bus policies get limited to 10KB".
    private static let policyBytesMax = 10_240

    func createEventBus(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        let name = try input.requireText("Name", Self.newBusName)
        guard !name.contains("/") else {
            throw .validation("Event bus name must not contain '/'.")
        }
        if let member = ["EventSourceName", "DeadLetterConfig"].first(where: { input[$0] != nil }) {
            throw .validation("The emulator does not act on \(member) of the event bus \(name).")
        }
        guard buses[name] == nil else {
            throw ServiceFault(
                code: "ResourceAlreadyExistsException", message: "Event bus \(name) already exists.")
        }
        guard buses.count < Self.busesMax else {
            throw Self.limitExceeded("The requested resource exceeds the maximum number allowed.")
        }
        let bus = EventBus(name: name, createdAt: host.clock.now)
        bus.description = try input.text("Description", Self.busDescription)
        bus.tags = try input.tags("Tags") ?? [:]
        buses[name] = bus
        keep(bus)
        var answer: JSONObject = ["EventBusArn": .string(bus.arn)]
        answer["Description"] = bus.description.map { .string($0) }
        return .object(answer)
    }

    func updateEventBus(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        let bus = try bus(input, "Name")
        if input["DeadLetterConfig"] != nil {
            throw .validation("The emulator does not act on DeadLetterConfig of the event bus \(bus.name).")
        }
        bus.description = try input.text("Description", Self.busDescription)
        bus.modifiedAt = host.clock.now
        keep(bus)
        var answer: JSONObject = ["Arn": .string(bus.arn), "Name": .string(bus.name)]
        answer["Description"] = bus.description.map { .string($0) }
        return .object(answer)
    }

    /// One that is not there is no error.
    func deleteEventBus(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        let name = EventBus.name(try input.requireText("Name", Self.busNameOrARN))
        guard name != EventBus.defaultName else { throw .validation("Cannot delete event bus default.") }
        guard let bus = buses[name] else { return [:] }
        guard bus.rules.isEmpty else {
            throw .validation("Event bus \(name) can't be deleted since it has rules.")
        }
        remove(bus)
        return [:]
    }

    func describeEventBus(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        .object(try bus(input, "Name").json)
    }

    func listEventBuses(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        let (page, token) = try page(buses.values, \.name, input)
        var answer: JSONObject = ["EventBuses": .array(page.map { .object($0.json) })]
        answer["NextToken"] = token
        return .object(answer)
    }

    // MARK: Permissions, which are kept and ask nobody: there is one account

    func putPermission(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        let bus = try bus(input)
        var policy: JSONValue
        if let text = try input.text("Policy") {
            guard let parsed = try? parseJSON(text), parsed["Statement"] != nil else {
                throw .validation("This policy contains invalid Json")
            }
            policy = parsed
        } else {
            policy = try policyWithStatement(input, of: bus)
        }
        let text = policy.compactText
        guard text.utf8.count <= Self.policyBytesMax else {
            throw ServiceFault(
                code: "PolicyLengthExceededException", message: "The policy of the event bus exceeds the allowed size.")
        }
        setPolicy(text, of: bus)
        return [:]
    }

    private func policyWithStatement(_ input: ModelInput, of bus: EventBus) throws(ServiceFault) -> JSONValue {
        let id = try input.requireText("StatementId", ModelInput.TextConstraint(lengths: 1...64))
        let action = try input.requireText("Action")
        let principal = try input.requireText("Principal", ModelInput.TextConstraint(lengths: 1...12))
        guard action == "events:PutEvents" else {
            throw .validation("Provided value in parameter 'action' is not supported.")
        }
        var statement: JSONObject = [
            "Sid": .string(id), "Effect": "Allow",
            "Principal": principal == "*" ? "*" : ["AWS": .string("arn:aws:iam::\(principal):root")],
            "Action": .string(action), "Resource": .string(bus.arn),
        ]
        if let condition = try input.structure("Condition") {
            let (type, key) = (try condition.requireText("Type"), try condition.requireText("Key"))
            let value = JSONObject([(key, JSONValue.string(try condition.requireText("Value")))])
            statement["Condition"] = .object(JSONObject([(type, .object(value))]))
        }
        let others = Self.statements(of: bus).filter { $0["Sid"]?.string != id }
        return ["Version": "2012-10-17", "Statement": .array(others + [.object(statement)])]
    }

    func removePermission(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        let bus = try bus(input)
        if try input.boolean("RemoveAllPermissions") == true {
            setPolicy(nil, of: bus)
            return [:]
        }
        guard let id = try input.text("StatementId") else {
            throw .validation("Parameter StatementId is required.")
        }
        let statements = Self.statements(of: bus)
        let rest = statements.filter { $0["Sid"]?.string != id }
        guard rest.count < statements.count else {
            throw .resourceUnknown("Statement with the provided id does not exist.")
        }
        let policy: JSONValue = ["Version": "2012-10-17", "Statement": .array(rest)]
        setPolicy(rest.isEmpty ? nil : policy.compactText, of: bus)
        return [:]
    }

    private func setPolicy(_ policy: String?, of bus: EventBus) {
        bus.policy = policy
        bus.modifiedAt = host.clock.now
        keep(bus)
    }

    private static func statements(of bus: EventBus) -> [JSONValue] {
        guard let policy = bus.policy.flatMap({ try? parseJSON($0) }) else { return [] }
        return policy["Statement"]?.array ?? []
    }
}
