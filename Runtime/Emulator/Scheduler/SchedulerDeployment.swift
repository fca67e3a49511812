import JSON
import Template
import Time

/// A schedule as the template declares it: a resource of its own, or an event of a function.
private struct DeclaredSchedule {
    var name: String
    var groupName: String
    /// For errors.
    var position: SourcePosition
    var owner: String
    /// The parameters of CreateSchedule.
    var input: JSONObject
}

// The schedules and groups of a template.
extension SchedulerService {
    private static let numbers: Set<String> = [
        "MaximumRetryAttempts", "MaximumEventAgeInSeconds", "MaximumWindowInMinutes",
    ]

    /// Makes what the template declares anew or otherwise than before, and removes what it declares no more. What is as
    /// it was keeps its state.
    ///
    /// - Throws: `EmulatorError` at the resource's place in the template, in the Scheduler's own words.
    func deploy(_ stack: Stack) throws(EmulatorError) {
        var groupNames: Set<String> = []
        for resource in stack.resources where resource.type == "AWS::Scheduler::ScheduleGroup" {
            guard groupNames.insert(resource.reference).inserted else {
                throw EmulatorError.duplicate("schedule group", resource.reference, resource.position)
            }
            try deployGroup(resource)
        }
        try deploySchedules(declaredSchedules(in: stack))
        for group in groups.values where group.declaration != nil && !groupNames.contains(group.name) {
            removeGroup(group.name)
        }
    }

    private func deployGroup(_ resource: Resource) throws(EmulatorError) {
        let input = resource.properties.serviceInput(numbers: [])
        let declaration = input.compactText
        let name = resource.reference
        guard groups[name]?.declaration != declaration else { return }
        try EmulatorError.placing(resource.position, resource.logicalID) { () throws(ServiceFault) in
            var group: ScheduleGroup
            if let earlier = groups[name] {
                group = earlier
            } else {
                group = try create(Self.checked(name, "Name"), ModelInput(input))
            }
            group.tags = try ModelInput(input).tags("Tags") ?? [:]
            group.declaration = declaration
            keep(group)
        }
    }

    private func deploySchedules(_ declared: [DeclaredSchedule]) throws(EmulatorError) {
        var keys: Set<String> = []
        for schedule in declared {
            let key = "\(schedule.groupName)/\(schedule.name)"
            guard keys.insert(key).inserted else {
                throw EmulatorError.duplicate("schedule", schedule.name, schedule.position)
            }
            let declaration = JSONValue.object(schedule.input).compactText
            guard entries[key]?.declaration != declaration else { continue }
            try EmulatorError.placing(schedule.position, schedule.owner) { () throws(ServiceFault) in
                let input = ModelInput(.object(schedule.input))
                let name = try Self.checked(schedule.name, "Name")
                if let earlier = entries[key] { remove(earlier) }
                let entry = try create(name, in: schedule.groupName, input, mayLieInThePast: true)
                entry.declaration = declaration
                keep(entry)
            }
        }
        for entry in entries.values where entry.declaration != nil && !keys.contains(entry.key) { remove(entry) }
    }

    private func declaredSchedules(in stack: Stack) throws(EmulatorError) -> [DeclaredSchedule] {
        var declared: [DeclaredSchedule] = []
        for resource in stack.resources where resource.type == "AWS::Scheduler::Schedule" {
            let input = try Self.input(resource.properties)
            declared.append(
                DeclaredSchedule(
                    name: resource.reference, groupName: input["GroupName"]?.string ?? ScheduleGroup.defaultName,
                    position: resource.position, owner: resource.logicalID, input: input))
        }
        for function in stack.functions {
            for event in function.events where event.type == "ScheduleV2" {
                declared.append(try Self.declared(event, of: function, in: stack))
            }
        }
        return declared
    }

    /// - Note: Source: AWS SAM Developer Guide, "ScheduleV2".
    private static func declared(
        _ event: FunctionEvent, of function: FunctionResource, in stack: Stack
    ) throws(EmulatorError) -> DeclaredSchedule {
        var input = try input(event.properties)
        let owner = function.logicalID + event.name
        let generated = event.properties["OmitName"]?.text == "true" ? "\(stack.context.stackName)-\(owner)" : owner
        var target: JSONObject = [
            "Arn": .string(function.arn),
            "RoleArn": input["RoleArn"] ?? .string("arn:aws:iam::\(LocalAccount.id):role/\(owner)Role"),
        ]
        for name in ["Input", "RetryPolicy", "DeadLetterConfig"] {
            target[name] = input[name]
            input[name] = nil
        }
        input["Target"] = .object(target)
        if input["FlexibleTimeWindow"] == nil { input["FlexibleTimeWindow"] = ["Mode": "OFF"] }
        return DeclaredSchedule(
            name: input["Name"]?.string ?? generated,
            groupName: input["GroupName"]?.string ?? ScheduleGroup.defaultName, position: event.position, owner: owner,
            input: input)
    }

    /// Dates are texts in a template and numbers in a call.
    private static func input(_ properties: TemplateValue) throws(EmulatorError) -> JSONObject {
        var input = properties.serviceInput(numbers: numbers).object ?? JSONObject()
        for name in ["StartDate", "EndDate"] {
            guard let value = properties[name], let text = value.text else { continue }
            guard let instant = Timestamp(rfc3339: text) else {
                throw EmulatorError(
                    "\(value.position): \(name) must be a time such as 2030-01-31T12:00:00Z, not \(text)")
            }
            input[name] = instant.jsonSeconds
        }
        return input
    }
}

extension TemplateCoverage {
    private static let rights = "what a schedule may send to is not asked here"
    private static let encryption: Coverage.Rule = .harmless("nothing leaves this machine")
    private static let timing: [String: Coverage.Rule] = [
        "Name": .used, "GroupName": .used, "Description": .used, "ScheduleExpression": .used,
        "ScheduleExpressionTimezone": .used, "StartDate": .used, "EndDate": .used, "FlexibleTimeWindow": .used,
        "State": .used, "ActionAfterCompletion": .used, "KmsKeyArn": encryption,
    ]

    static let scheduler = Coverage([
        "AWS::Scheduler::ScheduleGroup": ["Name": .used, "Tags": .used],
        "AWS::Scheduler::Schedule": timing.merging([
            "Target.Arn": .used, "Target.Input": .used, "Target.RetryPolicy": .used, "Target.DeadLetterConfig": .used,
            "Target.SqsParameters": .used, "Target.EventBridgeParameters": .used, "Target.RoleArn": .harmless(rights),
        ]) { $1 },
        "AWS::Serverless::Function/ScheduleV2": timing.merging([
            "OmitName": .used, "Input": .used, "RetryPolicy": .used, "DeadLetterConfig.Arn": .used,
            "RoleArn": .harmless(rights), "PermissionsBoundary": .harmless(rights),
        ]) { $1 },
        // Functions have policies and no roles: those of a template are for services.
        "AWS::IAM::Role": ["*": .harmless(rights)],
    ])
}
