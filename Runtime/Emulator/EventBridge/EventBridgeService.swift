import JSON
import Routing
import Template
import Time

/// Amazon EventBridge: buses, rules, archives and replays, those of a stack and those that are made at run time.
///
/// - Note: Source: Amazon EventBridge API Reference.
final class EventBridgeService: JSONProtocolService, DeliveryTarget {
    let targetPrefix = "AWSEvents"
    let host: ServiceHost
    let deliveries: TargetDeliveries
    /// By name, the default bus always among them.
    var buses: [String: EventBus] = [:]
    var archives: [String: EventArchive] = [:]
    var replays: [String: EventReplay] = [:]

    /// - Throws: `EmulatorError` if a resource of the stack can't be made, with its place, or what was kept can't be
    ///   read.
    init(stack: Stack, host: ServiceHost) throws(EmulatorError) {
        self.host = host
        deliveries = TargetDeliveries(host: host, kind: "events.delivery", errorCode: Self.letterCode)
        try loadKept()
        try deploy(stack)
    }

    /// Takes up what an earlier run left. To be called when everything is there that can be sent to.
    func resume() throws(EmulatorError) {
        try deliveries.resume()
        for bus in buses.values { for rule in bus.rules.values { setTimer(of: rule) } }
        resumeReplays()
    }

    /// - Note: Source: EventBridge User Guide, "Using dead-letter queues to process undelivered events", error codes.
    private static func letterCode(_ failure: DeliveryFailure) -> String {
        switch failure.code {
        case "ResourceNotFoundException", "AWS.SimpleQueueService.NonExistentQueue": "NO_RESOURCE"
        case "TooManyRequestsException", "ThrottlingException": "THROTTLING"
        case "InvalidParameterValue", "InvalidArgument", "MissingParameter": "INVALID_PARAMETER"
        default: "ERROR_FROM_TARGET"
        }
    }

    // MARK: Calls

    func perform(
        _ operation: String, _ input: JSONValue, of call: ServiceCall,
        reply: @escaping (Result<JSONValue, ServiceFault>) -> Void
    ) {
        do throws(ServiceFault) {
            reply(.success(try answer(operation, ModelInput(input), call)))
        } catch {
            reply(.failure(error))
        }
    }

    private func answer(
        _ operation: String, _ input: ModelInput, _ call: ServiceCall
    ) throws(ServiceFault) -> JSONValue {
        switch operation {
        case "PutEvents": try putEvents(input, call)
        case "CreateEventBus": try createEventBus(input)
        case "UpdateEventBus": try updateEventBus(input)
        case "DeleteEventBus": try deleteEventBus(input)
        case "DescribeEventBus": try describeEventBus(input)
        case "ListEventBuses": try listEventBuses(input)
        case "PutPermission": try putPermission(input)
        case "RemovePermission": try removePermission(input)
        case "PutRule": try putRule(input)
        case "DeleteRule": try deleteRule(input)
        case "DescribeRule": .object(try rule(input).json)
        case "ListRules": try listRules(input)
        case "EnableRule": try setState("ENABLED", input)
        case "DisableRule": try setState("DISABLED", input)
        case "PutTargets": try putTargets(input)
        case "RemoveTargets": try removeTargets(input)
        case "ListTargetsByRule": try listTargets(input)
        case "ListRuleNamesByTarget": try listRuleNames(input)
        case "TestEventPattern": try testPattern(input)
        case "TagResource": try tag(input)
        case "UntagResource": try untag(input)
        case "ListTagsForResource": try listTags(input)
        default: try answerOnArchives(operation, input)
        }
    }

    private func answerOnArchives(_ operation: String, _ input: ModelInput) throws(ServiceFault) -> JSONValue {
        switch operation {
        case "CreateArchive": try createArchive(input)
        case "UpdateArchive": try updateArchive(input)
        case "DeleteArchive": try deleteArchive(input)
        case "DescribeArchive": try describeArchive(input)
        case "ListArchives": try listArchives(input)
        case "StartReplay": try startReplay(input)
        case "CancelReplay": try cancelReplay(input)
        case "DescribeReplay": try describeReplay(input)
        case "ListReplays": try listReplays(input)
        default:
            throw ServiceFault(
                code: "UnknownOperationException", message: "The emulator's EventBridge has no operation \(operation).")
        }
    }

    /// - Note: Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon
    ///   EventBridge".
    func requiredAccess(_ operation: String, _ input: JSONValue) -> (action: String, resource: String)? {
        let action = "events:\(operation)"
        let bus = EventBus.name(input["EventBusName"]?.string ?? EventBus.defaultName)
        let name = input["Name"]?.string ?? input["Rule"]?.string ?? ""
        switch operation {
        case "PutEvents":
            return (action, EventBus.arn(input["Entries"]?[0].map { Self.busName(ModelInput($0)) } ?? "default"))
        case "CreateEventBus", "UpdateEventBus", "DeleteEventBus", "DescribeEventBus":
            return (action, EventBus.arn(EventBus.name(name.isEmpty ? EventBus.defaultName : name)))
        case "PutPermission", "RemovePermission": return (action, EventBus.arn(bus))
        case "PutRule", "DeleteRule", "DescribeRule", "EnableRule", "DisableRule", "PutTargets", "RemoveTargets",
            "ListTargetsByRule":
            return (action, EventRule.arn(name, on: bus))
        case "TagResource", "UntagResource", "ListTagsForResource":
            return (action, input["ResourceARN"]?.string ?? "*")
        case "CreateArchive", "UpdateArchive", "DeleteArchive", "DescribeArchive":
            return (action, EventArchive.arn(input["ArchiveName"]?.string ?? ""))
        case "StartReplay", "CancelReplay", "DescribeReplay":
            return (action, EventReplay.arn(input["ReplayName"]?.string ?? ""))
        default: return (action, "*")
        }
    }

    // MARK: What there is

    static let busNameOrARN = ModelInput.TextConstraint.name(
        1...1_600, signs: "/.-_:",
        pattern: "(arn:aws[\\w-]*:events:[a-z]+-[a-z]+-[\\w-]+:[0-9]{12}:event-bus\\/)?[/\\.\\-_A-Za-z0-9]+")
    static let ruleName = ModelInput.TextConstraint.name(1...64, signs: ".-_", pattern: "[\\.\\-_A-Za-z0-9]+")

    func bus(arn: String) -> EventBus? { arn.hasPrefix(EventBus.arn("")) ? buses[EventBus.name(arn)] : nil }

    /// The bus that a call names, the default one if none.
    func bus(_ input: ModelInput, _ name: String = "EventBusName") throws(ServiceFault) -> EventBus {
        let name = EventBus.name(try input.text(name, Self.busNameOrARN) ?? EventBus.defaultName)
        guard let bus = buses[name] else { throw .resourceUnknown("Event bus \(name) does not exist.") }
        return bus
    }

    func rule(_ input: ModelInput, _ member: String = "Name") throws(ServiceFault) -> EventRule {
        let name = try input.requireText(member, Self.ruleName)
        let bus = try bus(input)
        guard let rule = bus.rules[name] else {
            throw .resourceUnknown("Rule \(name) does not exist on EventBus \(bus.name).")
        }
        return rule
    }

    static func limitExceeded(_ message: String) -> ServiceFault {
        ServiceFault(code: "LimitExceededException", message: message)
    }

    /// A page of what is listed, in the order of names; the token is the last name of a page.
    func page<Element>(
        _ all: some Sequence<Element>, _ name: (Element) -> String, _ input: ModelInput
    ) throws(ServiceFault) -> (page: [Element], token: JSONValue?) {
        let limit = try input.integer("Limit", in: 1...100) ?? 100
        let prefix = try input.text("NamePrefix") ?? ""
        let last = try input.text("NextToken")
        let found = all.filter { element in
            name(element).hasPrefix(prefix) && last.map { $0 < name(element) } ?? true
        }
        .sorted { name($0) < name($1) }
        let page = Array(found.prefix(limit))
        return (page, page.count < found.count ? page.last.map { .string(name($0)) } : nil)
    }

    // MARK: Keeping

    private static let busKind = "events.bus"
    private static let ruleKind = "events.rule"
    private static let dueKind = "events.due"

    private func loadKept() throws(EmulatorError) {
        for (key, value) in try host.journal.load(Self.busKind) {
            guard let bus = EventBus(record: value) else { throw EmulatorError("The kept bus \(key) can't be read.") }
            buses[bus.name] = bus
        }
        if buses[EventBus.defaultName] == nil {
            let bus = EventBus(name: EventBus.defaultName, createdAt: host.clock.now)
            buses[bus.name] = bus
            keep(bus)
        }
        var due: [String: Timestamp] = [:]
        for (key, value) in try host.journal.load(Self.dueKind) {
            due[key] = Int64(String(decoding: value, as: UTF8.self)).map(Timestamp.init(milliseconds:))
        }
        for (key, value) in try host.journal.load(Self.ruleKind) {
            guard let rule = EventRule(record: value), let bus = buses[rule.busName] else {
                throw EmulatorError("The kept rule \(key) can't be read.")
            }
            rule.nextDue = due[key]
            bus.set(rule, named: rule.name)
        }
        try loadArchives()
    }

    func keep(_ bus: EventBus) { host.journal.put(Self.busKind, bus.name, bus.record) }

    func remove(_ bus: EventBus) {
        buses[bus.name] = nil
        host.journal.remove(Self.busKind, bus.name)
    }

    /// Puts a new or changed rule in its place.
    func keep(_ rule: EventRule) {
        buses[rule.busName]?.set(rule, named: rule.name)
        host.journal.put(Self.ruleKind, Self.key(of: rule), rule.record)
    }

    func remove(_ rule: EventRule) {
        rule.timer?.cancel()
        buses[rule.busName]?.set(nil, named: rule.name)
        host.journal.remove(Self.ruleKind, Self.key(of: rule))
        host.journal.remove(Self.dueKind, Self.key(of: rule))
    }

    func keepDue(of rule: EventRule) {
        if let due = rule.nextDue {
            host.journal.put(Self.dueKind, Self.key(of: rule), Array(String(due.milliseconds).utf8))
        } else {
            host.journal.remove(Self.dueKind, Self.key(of: rule))
        }
    }

    private static func key(of rule: EventRule) -> String { "\(rule.busName)/\(rule.name)" }
}
