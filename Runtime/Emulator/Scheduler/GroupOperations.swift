import JSON
import NIOHTTP1

// Groups of schedules, and their tags.
extension SchedulerService {
    /// - Note: Source: EventBridge Scheduler User Guide, "Quotas".
    static let groupsMax = 500
    private static let tagsMax = 50

    func requireGroup(_ name: String) throws(ServiceFault) {
        guard groups[name] != nil else { throw .resourceUnknown("Schedule group \(name) does not exist.") }
    }

    private func group(_ name: String, _ operation: String, _ call: ServiceCall) throws(ServiceFault) -> ScheduleGroup {
        let name = try Self.checked(name, "Name")
        try allow(operation, on: ScheduleGroup.arn(name), call)
        guard let group = groups[name] else { throw .resourceUnknown("Schedule group \(name) does not exist.") }
        return group
    }

    func createGroup(_ name: String, _ input: ModelInput, _ call: ServiceCall) throws(ServiceFault) -> JSONValue {
        let name = try Self.checked(name, "Name")
        try allow("CreateScheduleGroup", on: ScheduleGroup.arn(name), call)
        return ["ScheduleGroupArn": .string(try create(name, input).arn)]
    }

    func create(_ name: String, _ input: ModelInput) throws(ServiceFault) -> ScheduleGroup {
        let token = try input.text("ClientToken")
        if let earlier = groups[name] {
            guard token != nil, token == earlier.clientToken else {
                throw ServiceFault(code: "ConflictException", message: "Schedule group \(name) already exists.")
            }
            return earlier
        }
        guard groups.count < Self.groupsMax else {
            throw ServiceFault(
                code: "ServiceQuotaExceededException", message: "There are \(Self.groupsMax) schedule groups already.")
        }
        var group = ScheduleGroup(name: name, createdAt: host.clock.now)
        group.tags = try checked(input.tags("Tags") ?? [:])
        group.clientToken = token
        keep(group)
        return group
    }

    func getGroup(_ name: String, _ call: ServiceCall) throws(ServiceFault) -> JSONValue {
        try group(name, "GetScheduleGroup", call).json
    }

    /// With its schedules, at once; on AWS that takes a while.
    func deleteGroup(_ name: String, _ query: SchedulerQuery, _ call: ServiceCall) throws(ServiceFault) -> JSONValue {
        if groups[name] == nil, wasDeleted(name, token: query["clientToken"]) { return [:] }
        let group = try group(name, "DeleteScheduleGroup", call)
        guard group.name != ScheduleGroup.defaultName else {
            throw .validation("The default schedule group can't be deleted.")
        }
        removeGroup(name)
        noteDeletion(name, token: query["clientToken"])
        return [:]
    }

    func listGroups(_ query: SchedulerQuery, _ call: ServiceCall) throws(ServiceFault) -> JSONValue {
        try allow("ListScheduleGroups", on: "*", call)
        let size = try query.pageSize()
        let prefix = query["NamePrefix"] ?? ""
        let found = groups.values.filter { group in
            group.name.hasPrefix(prefix) && (query["NextToken"].map { $0 < group.name } ?? true)
        }
        .sorted { $0.name < $1.name }
        let page = found.prefix(size)
        var answer: JSONObject = ["ScheduleGroups": .array(page.map(\.json))]
        if page.count < found.count { answer["NextToken"] = page.last.map { .string($0.name) } }
        return .object(answer)
    }

    // MARK: Tags

    func answerOnTags(_ arn: String, _ query: SchedulerQuery, _ call: ServiceCall) throws(ServiceFault) -> JSONValue {
        let operation =
            switch call.request.method {
            case .GET: "ListTagsForResource"
            case .DELETE: "UntagResource"
            default: "TagResource"
            }
        try allow(operation, on: arn, call)
        let prefix = ScheduleGroup.arn("")
        guard arn.hasPrefix(prefix), var group = groups[String(arn.dropFirst(prefix.count))] else {
            throw .resourceUnknown("Resource \(arn) does not exist.")
        }
        switch call.request.method {
        case .GET:
            let tags = group.tags.sorted { $0.key < $1.key }
            return ["Tags": .array(tags.map { ["Key": .string($0.key), "Value": .string($0.value)] })]
        case .POST:
            let added = try input(call.request).tags("Tags") ?? [:]
            group.tags = try checked(group.tags.merging(added) { $1 })
        default:
            for key in query.all("TagKeys") { group.tags[key] = nil }
        }
        group.modifiedAt = host.clock.now
        keep(group)
        return [:]
    }

    private func checked(_ tags: [String: String]) throws(ServiceFault) -> [String: String] {
        guard tags.count <= Self.tagsMax else { throw .validation("A resource has at most \(Self.tagsMax) tags.") }
        return tags
    }
}
