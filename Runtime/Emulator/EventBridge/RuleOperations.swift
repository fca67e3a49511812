import JSON
import Routing

// Making, describing and ending rules and their targets.
extension EventBridgeService {
    /// - Note: Source: EventBridge User Guide, "Amazon EventBridge quotas".
    static let rulesMax = 300
    static let targetsMax = 5
    private static let exceeded = "The requested resource exceeds the maximum number allowed."
    private static let states = ["ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"]

    func putRule(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        let name = try input.requireText("Name", Self.ruleName)
        let bus = try bus(input)
        var settings = EventRule.Settings(
            pattern: try Self.nonempty(input.text("EventPattern")),
            schedule: try Self.nonempty(
                input.text("ScheduleExpression", ModelInput.TextConstraint(lengths: 0...ScheduleExpression.bytesMax))),
            description: try input.text("Description", ModelInput.TextConstraint(lengths: 0...512)),
            roleARN: try input.text("RoleArn", ModelInput.TextConstraint(lengths: 1...1_600)))
        settings.state = try input.text("State", oneOf: Self.states) ?? "ENABLED"
        guard settings.pattern != nil || settings.schedule != nil else {
            throw .validation("Parameter(s) EventPattern or ScheduleExpression must be specified.")
        }
        guard settings.schedule == nil || bus.name == EventBus.defaultName else {
            throw .validation("ScheduleExpression is supported only on the default event bus.")
        }
        let tags = try input.tags("Tags")
        let rule: EventRule
        if let earlier = bus.rules[name] {
            rule = earlier
            let hasSameTimes =
                (rule.settings.schedule, rule.settings.isEnabled) == (settings.schedule, settings.isEnabled)
            try rule.apply(settings)
            if !hasSameTimes { rule.anchor = host.clock.now }
            keep(rule)
            if !hasSameTimes { reschedule(rule) }
        } else {
            guard bus.rules.count < Self.rulesMax else { throw Self.limitExceeded(Self.exceeded) }
            rule = try EventRule(name: name, busName: bus.name, settings: settings, anchor: host.clock.now)
            rule.tags = tags ?? [:]
            keep(rule)
            reschedule(rule)
        }
        return ["RuleArn": .string(rule.arn)]
    }

    private static func nonempty(_ text: String?) -> String? { text?.isEmpty == true ? nil : text }

    /// One that is not there is no error.
    func deleteRule(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        let name = try input.requireText("Name", Self.ruleName)
        guard let rule = try bus(input).rules[name] else { return [:] }
        guard rule.targets.isEmpty else { throw .validation("Rule can't be deleted since it has targets.") }
        remove(rule)
        return [:]
    }

    func listRules(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        let (page, token) = try page(bus(input).rules.values, \.name, input)
        var answer: JSONObject = ["Rules": .array(page.map { .object($0.json) })]
        answer["NextToken"] = token
        return .object(answer)
    }

    func setState(_ state: String, _ input: ModelInput) throws(ServiceFault) -> JSONValue {
        let rule = try rule(input)
        guard rule.settings.state != state else { return [:] }
        var settings = rule.settings
        settings.state = state
        try rule.apply(settings)
        rule.anchor = host.clock.now
        keep(rule)
        reschedule(rule)
        return [:]
    }

    // MARK: Targets

    func putTargets(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        let rule = try rule(input, "Rule")
        var targets = rule.targets
        for element in try input.requireList("Targets", counts: 1...100) {
            let target = try RuleTarget(element)
            if let index = targets.firstIndex(where: { $0.id == target.id }) {
                targets[index] = target
            } else {
                targets.append(target)
            }
        }
        guard targets.count <= Self.targetsMax else { throw Self.limitExceeded(Self.exceeded) }
        rule.targets = targets
        keep(rule)
        return ["FailedEntryCount": 0, "FailedEntries": []]
    }

    func removeTargets(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        let rule = try rule(input, "Rule")
        let ids = try input.texts("Ids", counts: 1...100) ?? []
        let failed: [JSONValue] = ids.filter { id in !rule.targets.contains { $0.id == id } }.map { id in
            [
                "TargetId": .string(id), "ErrorCode": "ResourceNotFoundException",
                "ErrorMessage": .string("Target \(id) does not exist on rule \(rule.name)."),
            ]
        }
        rule.targets.removeAll { ids.contains($0.id) }
        keep(rule)
        return ["FailedEntryCount": .number(JSONNumber(failed.count)), "FailedEntries": .array(failed)]
    }

    func listTargets(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        let (page, token) = try page(rule(input, "Rule").targets, \.id, input)
        var answer: JSONObject = ["Targets": .array(page.map(\.json))]
        answer["NextToken"] = token
        return .object(answer)
    }

    func listRuleNames(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        let arn = try input.requireText("TargetArn", ModelInput.TextConstraint(lengths: 1...1_600))
        let rules = try bus(input).rules.values.filter { $0.targets.contains { $0.arn == arn } }
        let (page, token) = try page(rules, \.name, input)
        var answer: JSONObject = ["RuleNames": .array(page.map { .string($0.name) })]
        answer["NextToken"] = token
        return .object(answer)
    }

    // MARK: Patterns

    private static let eventFields = ["id", "account", "source", "time", "region", "resources", "detail-type"]

    func testPattern(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        let pattern = try EventRule.pattern(input.requireText("EventPattern"))
        let text = try input.requireText("Event")
        guard let event = try? parseJSON(text, limits: .events), event.object != nil else {
            throw .validation("Parameter Event is not valid. Reason: it is not a JSON object.")
        }
        let missing = Self.eventFields.filter { event[$0] == nil }
        guard missing.isEmpty else {
            throw .validation("Parameter Event is not valid. Reason: it lacks \(missing.joined(separator: ", ")).")
        }
        return ["Result": .bool(pattern.matches(event))]
    }
}
