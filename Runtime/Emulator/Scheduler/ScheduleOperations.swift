import JSON
import Routing

// Making, describing and ending schedules.
extension SchedulerService {
    /// Ours; AWS's quota is a million.
    static let schedulesMax = 100_000
    private static let states = ["ENABLED", "DISABLED"]
    private static let token = ModelInput.TextConstraint.name(1...64, signs: "-_", pattern: "[a-zA-Z0-9-_]+")

    func createSchedule(_ name: String, _ input: ModelInput, _ call: ServiceCall) throws(ServiceFault) -> JSONValue {
        let name = try Self.checked(name, "Name")
        let groupName = try input.text("GroupName", Self.nameConstraint) ?? ScheduleGroup.defaultName
        try allow("CreateSchedule", on: ScheduleEntry.arn(name, in: groupName), call)
        try allowPassingRole(of: input, call)
        let entry = try create(name, in: groupName, input, mayLieInThePast: false)
        return ["ScheduleArn": .string(entry.arn)]
    }

    /// - Parameter mayLieInThePast: whether its dates may, as those of a template.
    func create(
        _ name: String, in groupName: String, _ input: ModelInput, mayLieInThePast: Bool
    ) throws(ServiceFault) -> ScheduleEntry {
        let now = host.clock.now
        let definition = try ScheduleDefinition(input, now: mayLieInThePast ? nil : now)
        let token = try input.text("ClientToken", Self.token)
        try requireGroup(groupName)
        if let earlier = entries["\(groupName)/\(name)"] {
            guard token != nil, token == earlier.clientToken else {
                throw ServiceFault(code: "ConflictException", message: "Schedule \(name) already exists.")
            }
            return earlier
        }
        guard entries.count < Self.schedulesMax else {
            throw ServiceFault(
                code: "ServiceQuotaExceededException",
                message: "The emulator takes \(Self.schedulesMax) schedules at most.")
        }
        let entry = ScheduleEntry(
            name: name, groupName: groupName, definition: definition, createdAt: now, modifiedAt: now)
        entry.clientToken = token
        keep(entry)
        reschedule(entry)
        return entry
    }

    func getSchedule(_ name: String, _ query: SchedulerQuery, _ call: ServiceCall) throws(ServiceFault) -> JSONValue {
        .object(try entry(name, query["groupName"], "GetSchedule", call).json)
    }

    /// All of it: what is not said gets its default again.
    func updateSchedule(_ name: String, _ input: ModelInput, _ call: ServiceCall) throws(ServiceFault) -> JSONValue {
        let groupName = try input.text("GroupName", Self.nameConstraint)
        let entry = try entry(name, groupName, "UpdateSchedule", call)
        try allowPassingRole(of: input, call)
        let now = host.clock.now
        entry.apply(try ScheduleDefinition(input, now: now), at: now)
        keep(entry)
        reschedule(entry)
        return ["ScheduleArn": .string(entry.arn)]
    }

    func deleteSchedule(
        _ name: String, _ query: SchedulerQuery, _ call: ServiceCall
    ) throws(ServiceFault) -> JSONValue {
        let what = "\(query["groupName"] ?? ScheduleGroup.defaultName)/\(name)"
        if entries[what] == nil, wasDeleted(what, token: query["clientToken"]) { return [:] }
        remove(try entry(name, query["groupName"], "DeleteSchedule", call))
        noteDeletion(what, token: query["clientToken"])
        return [:]
    }

    func listSchedules(_ query: SchedulerQuery, _ call: ServiceCall) throws(ServiceFault) -> JSONValue {
        try allow("ListSchedules", on: "*", call)
        let size = try query.pageSize()
        let groupName = query["ScheduleGroup"]
        if let groupName { try requireGroup(groupName) }
        let state = try ModelInput(.object(JSONObject(query["State"].map { [("State", .string($0))] } ?? [])))
            .text("State", oneOf: Self.states)
        let prefix = query["NamePrefix"] ?? ""
        let found = entries.values.filter { entry in
            entry.name.hasPrefix(prefix) && (groupName.map { $0 == entry.groupName } ?? true)
                && (state.map { ($0 == "ENABLED") == entry.definition.isEnabled } ?? true)
                && (query["NextToken"].map { $0 < entry.key } ?? true)
        }
        .sorted { $0.key < $1.key }
        let page = found.prefix(size)
        var answer: JSONObject = ["Schedules": .array(page.map(\.summary))]
        if page.count < found.count { answer["NextToken"] = page.last.map { .string($0.key) } }
        return .object(answer)
    }

    private func entry(
        _ name: String, _ groupName: String?, _ operation: String, _ call: ServiceCall
    ) throws(ServiceFault) -> ScheduleEntry {
        let name = try Self.checked(name, "Name")
        let groupName = try Self.checked(groupName ?? ScheduleGroup.defaultName, "GroupName")
        try allow(operation, on: ScheduleEntry.arn(name, in: groupName), call)
        try requireGroup(groupName)
        guard let entry = entries["\(groupName)/\(name)"] else {
            throw .resourceUnknown("Schedule \(name) does not exist.")
        }
        return entry
    }
}
