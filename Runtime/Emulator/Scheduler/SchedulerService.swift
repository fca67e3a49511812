import DequeModule
import JSON
import NIOHTTP1
import Routing
import Template
import Time

/// Amazon EventBridge Scheduler: the schedules of a stack, and those that are made at run time.
///
/// - Note: Source: Amazon EventBridge Scheduler API Reference.
final class SchedulerService: EmulatedService {
    let host: ServiceHost
    let deliveries: TargetDeliveries
    /// By group and name, as ``ScheduleEntry/key``.
    var entries: [String: ScheduleEntry] = [:]
    /// By name, the default group always among them.
    var groups: [String: ScheduleGroup] = [:]
    /// Of calls that deleted something, so that the same call again is no error.
    private var deletions: Deque<String> = []
    private static let deletionsMax = 1_000

    /// - Throws: `EmulatorError` if a resource of the stack can't be made, with its place, or what was kept can't be
    ///   read.
    init(stack: Stack, host: ServiceHost) throws(EmulatorError) {
        self.host = host
        deliveries = TargetDeliveries(host: host, kind: "scheduler.delivery") { $0.code }
        try loadKept()
        try deploy(stack)
    }

    /// Takes up what an earlier run left. To be called when everything is there that can be sent to.
    func resume() throws(EmulatorError) {
        try deliveries.resume()
        for entry in entries.values.sorted(by: { $0.key < $1.key }) { setTimer(of: entry) }
    }

    // MARK: Calls

    /// Its paths are not its own: a bucket may be called `schedules`.
    func owns(_ request: HTTPRequest) -> Bool { request.serviceName == "scheduler" }

    func handle(_ call: ServiceCall) {
        let response: HTTPResponse
        do throws(ServiceFault) {
            response = HTTPResponse(.ok, json: try answer(call).compactBytes)
        } catch {
            let body: JSONValue = ["Message": .string(error.message)]
            response = HTTPResponse(
                Self.status(of: error), headers: [("x-amzn-ErrorType", error.code)], json: body.compactBytes)
        }
        host.journal.afterCommit { call.answer(response) }
    }

    private static func status(of fault: ServiceFault) -> HTTPResponseStatus {
        switch fault.code {
        case "ConflictException": .conflict
        case "ResourceNotFoundException": .notFound
        case "ServiceQuotaExceededException": .paymentRequired
        default: fault.status
        }
    }

    private func answer(_ call: ServiceCall) throws(ServiceFault) -> JSONValue {
        let request = call.request
        var parts = request.path.split(separator: "/").map { PercentEncoding.decoded($0) }
        let query = SchedulerQuery(request.query)
        switch (request.method, parts.first, parts.count) {
        case (.POST, "schedules", 2): return try createSchedule(parts[1], try input(request), call)
        case (.GET, "schedules", 2): return try getSchedule(parts[1], query, call)
        case (.PUT, "schedules", 2): return try updateSchedule(parts[1], try input(request), call)
        case (.DELETE, "schedules", 2): return try deleteSchedule(parts[1], query, call)
        case (.GET, "schedules", 1): return try listSchedules(query, call)
        case (.POST, "schedule-groups", 2): return try createGroup(parts[1], try input(request), call)
        case (.GET, "schedule-groups", 2): return try getGroup(parts[1], call)
        case (.DELETE, "schedule-groups", 2): return try deleteGroup(parts[1], query, call)
        case (.GET, "schedule-groups", 1): return try listGroups(query, call)
        case (_, "tags", 2...):
            parts.removeFirst()
            // An ARN has a slash, which a client may leave as it is.
            return try answerOnTags(parts.joined(separator: "/"), query, call)
        default:
            throw ServiceFault(
                code: "UnknownOperationException",
                message: "The emulator's Scheduler has no \(request.method) \(request.path).", status: .notFound)
        }
    }

    func input(_ request: HTTPRequest) throws(ServiceFault) -> ModelInput {
        let body = request.bodyBytes
        guard !body.isEmpty else { return ModelInput([:]) }
        guard let value = try? parseJSON(body), value.object != nil else {
            throw .serialization("The body must be a JSON object.")
        }
        return ModelInput(value)
    }

    func allow(_ operation: String, on resource: String, _ call: ServiceCall) throws(ServiceFault) {
        try allow(action: "scheduler:\(operation)", on: resource, call)
    }

    /// Whoever makes a schedule hands its role to the Scheduler, which needs a right of its own.
    ///
    /// Source: EventBridge Scheduler User Guide, "Identity-based policies".
    func allowPassingRole(of input: ModelInput, _ call: ServiceCall) throws(ServiceFault) {
        guard let role = input["Target"]?["RoleArn"]?.string else { return }
        try allow(action: "iam:PassRole", on: role, call)
    }

    private func allow(action: String, on resource: String, _ call: ServiceCall) throws(ServiceFault) {
        guard let message = host.access.denial(of: action, on: resource, to: call.caller) else { return }
        throw ServiceFault(code: "AccessDeniedException", message: message, status: .forbidden)
    }

    static let nameConstraint = ModelInput.TextConstraint.name(1...64, signs: "-_.", pattern: "[0-9a-zA-Z-_.]+")

    /// A name of a path or a query, held to its rule.
    static func checked(_ value: String, _ member: String) throws(ServiceFault) -> String {
        try ModelInput(.object(JSONObject([(member, .string(value))]))).requireText(member, nameConstraint)
    }

    // MARK: Deletions

    /// Whether this call has been carried out before, by its token.
    func wasDeleted(_ what: String, token: String?) -> Bool {
        token.map { deletions.contains("\($0) \(what)") } ?? false
    }

    func noteDeletion(_ what: String, token: String?) {
        guard let token else { return }
        if deletions.count == Self.deletionsMax { deletions.removeFirst() }
        deletions.append("\(token) \(what)")
    }

    // MARK: Keeping

    private static let entryKind = "scheduler.schedule"
    private static let nextKind = "scheduler.next"
    private static let groupKind = "scheduler.group"

    private func loadKept() throws(EmulatorError) {
        for (name, value) in try host.journal.load(Self.groupKind) {
            guard let group = ScheduleGroup(record: value, name: name) else {
                throw EmulatorError("The kept schedule group \(name) can't be read.")
            }
            groups[name] = group
        }
        if groups[ScheduleGroup.defaultName] == nil {
            keep(ScheduleGroup(name: ScheduleGroup.defaultName, createdAt: host.clock.now))
        }
        for (key, value) in try host.journal.load(Self.entryKind) {
            guard let entry = ScheduleEntry(record: value) else {
                throw EmulatorError("The kept schedule \(key) can't be read.")
            }
            entries[key] = entry
        }
        for (key, value) in try host.journal.load(Self.nextKind) {
            let times = String(decoding: value, as: UTF8.self).split(separator: " ").compactMap { Int64($0) }
            guard times.count == 2, let entry = entries[key] else {
                throw EmulatorError("The kept time of the schedule \(key) can't be read.")
            }
            entry.next = Schedule.Occurrence(
                scheduledAt: Timestamp(milliseconds: times[0]), invokedAt: Timestamp(milliseconds: times[1]))
        }
    }

    func keep(_ entry: ScheduleEntry) {
        entries[entry.key] = entry
        host.journal.put(Self.entryKind, entry.key, entry.record)
    }

    func keepNext(of entry: ScheduleEntry) {
        if let next = entry.next {
            host.journal.put(Self.nextKind, entry.key, next.record)
        } else {
            host.journal.remove(Self.nextKind, entry.key)
        }
    }

    func remove(_ entry: ScheduleEntry) {
        entry.timer?.cancel()
        entries[entry.key] = nil
        host.journal.remove(Self.entryKind, entry.key)
        host.journal.remove(Self.nextKind, entry.key)
    }

    func keep(_ group: ScheduleGroup) {
        groups[group.name] = group
        host.journal.put(Self.groupKind, group.name, group.record)
    }

    /// With its schedules.
    func removeGroup(_ name: String) {
        for entry in entries.values where entry.groupName == name { remove(entry) }
        groups[name] = nil
        host.journal.remove(Self.groupKind, name)
    }
}
