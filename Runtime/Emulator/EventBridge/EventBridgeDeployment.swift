import JSON
import Template

// The buses, rules and archives of a template.
extension EventBridgeService {
    /// Makes what the template declares anew or otherwise than before, and removes what it declares no more. What is as
    /// it was keeps its state.
    ///
    /// - Throws: `EmulatorError` at the resource's place in the template, in EventBridge's own words.
    func deploy(_ stack: Stack) throws(EmulatorError) {
        let busNames = try deployBuses(stack)
        try deployRules(DeclaredRule.all(of: stack))
        try deployArchives(stack)
        for bus in buses.values where bus.declaration != nil && !busNames.contains(bus.name) {
            for rule in bus.rules.values { remove(rule) }
            remove(bus)
        }
    }

    private func deployBuses(_ stack: Stack) throws(EmulatorError) -> Set<String> {
        var names: Set<String> = []
        for resource in stack.resources where resource.type == "AWS::Events::EventBus" {
            let name = resource.attributes["Name"] ?? resource.reference
            guard names.insert(name).inserted else { throw EmulatorError.duplicate("bus", name, resource.position) }
            var input = resource.properties.serviceInput(numbers: [], documents: ["Policy"]).object ?? JSONObject()
            let policy = input["Policy"]
            input["Policy"] = nil
            input["Name"] = .string(name)
            let declaration = JSONValue.array([.object(input), policy ?? .null]).compactText
            guard buses[name]?.declaration != declaration else { continue }
            try EmulatorError.placing(resource.position, resource.logicalID) { () throws(ServiceFault) in
                // Rules and archives of a bus that is declared otherwise stay.
                let earlier = buses[name]
                buses[name] = nil
                _ = try createEventBus(ModelInput(.object(input)))
                for (ruleName, rule) in earlier?.rules ?? [:] { buses[name]?.set(rule, named: ruleName) }
                buses[name]?.policy = policy?.string
                buses[name]?.declaration = declaration
                if let bus = buses[name] { keep(bus) }
            }
        }
        for resource in stack.resources where resource.type == "AWS::Events::EventBusPolicy" {
            try deployPolicy(resource)
        }
        return names
    }

    private func deployPolicy(_ resource: Resource) throws(EmulatorError) {
        try EmulatorError.placing(resource.position, resource.logicalID) { () throws(ServiceFault) in
            var input = resource.properties.serviceInput(numbers: []).object ?? JSONObject()
            if let statement = resource.properties["Statement"] {
                let policy: JSONValue = ["Version": "2012-10-17", "Statement": .array([statement.json])]
                input = JSONObject([
                    ("EventBusName", input["EventBusName"] ?? .null), ("Policy", .string(policy.compactText)),
                ])
            }
            _ = try putPermission(ModelInput(.object(input)))
        }
    }

    private func deployRules(_ declared: [DeclaredRule]) throws(EmulatorError) {
        var keys: Set<[String]> = []
        for declaration in declared {
            guard keys.insert([declaration.busName, declaration.name]).inserted else {
                throw EmulatorError.duplicate("rule", declaration.name, declaration.position)
            }
            let text = declaration.text
            guard buses[declaration.busName]?.rules[declaration.name]?.declaration != text else { continue }
            try EmulatorError.placing(declaration.position, declaration.owner) { () throws(ServiceFault) in
                let input = ModelInput(.object(declaration.rule))
                _ = try putRule(input)
                let rule = try rule(input)
                rule.targets = []
                if !declaration.targets.isEmpty {
                    _ = try putTargets(
                        ModelInput([
                            "Rule": .string(rule.name), "EventBusName": .string(rule.busName),
                            "Targets": .array(declaration.targets),
                        ]))
                }
                rule.tags = try input.tags("Tags") ?? [:]
                rule.declaration = text
                keep(rule)
            }
        }
        for bus in buses.values {
            for rule in bus.rules.values where rule.declaration != nil && !keys.contains([bus.name, rule.name]) {
                remove(rule)
            }
        }
    }

    private func deployArchives(_ stack: Stack) throws(EmulatorError) {
        var names: Set<String> = []
        for resource in stack.resources where resource.type == "AWS::Events::Archive" {
            var input =
                resource.properties.serviceInput(numbers: ["RetentionDays"], documents: ["EventPattern"]).object
                ?? JSONObject()
            let name = resource.reference
            guard names.insert(name).inserted else { throw EmulatorError.duplicate("archive", name, resource.position) }
            input["ArchiveName"] = .string(name)
            input["EventSourceArn"] = input["SourceArn"]
            let declaration = JSONValue.object(input).compactText
            guard archives[name]?.declaration != declaration else { continue }
            try EmulatorError.placing(resource.position, resource.logicalID) { () throws(ServiceFault) in
                let parameters = ModelInput(.object(input))
                let bus = input["EventSourceArn"]?.string.map(EventBus.name)
                if let earlier = archives[name], earlier.busName != bus { remove(earlier) }
                _ = try archives[name] == nil ? createArchive(parameters) : updateArchive(parameters)
                guard let archive = archives[name] else { return }
                archive.declaration = declaration
                keep(archive)
            }
        }
        for archive in archives.values where archive.declaration != nil && !names.contains(archive.name) {
            remove(archive)
        }
    }
}

extension TemplateCoverage {
    private static let rights = "what a target may be sent is not asked here"
    private static let encryption: Coverage.Rule = .harmless("nothing leaves this machine")
    private static let deliveryRules: [String: Coverage.Rule] = [
        "RetryPolicy": .used, "DeadLetterConfig.Arn": .used, "Input": .used,
    ]

    static let eventBridge = Coverage([
        "AWS::Events::EventBus": [
            "Name": .used, "Description": .used, "Tags": .used, "Policy": .used, "KmsKeyIdentifier": encryption,
            "LogConfig": .harmless("what is not delivered stands in the emulator's own log"),
        ],
        "AWS::Events::EventBusPolicy": [
            "EventBusName": .used, "StatementId": .used, "Statement": .used, "Action": .used, "Principal": .used,
            "Condition": .used,
        ],
        "AWS::Events::Rule": [
            "Name": .used, "Description": .used, "EventBusName": .used, "EventPattern": .used,
            "ScheduleExpression": .used, "State": .used, "Tags": .used, "RoleArn": .harmless(rights),
            "Targets.Id": .used, "Targets.Arn": .used, "Targets.Input": .used, "Targets.InputPath": .used,
            "Targets.InputTransformer": .used, "Targets.SqsParameters": .used, "Targets.RetryPolicy": .used,
            "Targets.DeadLetterConfig": .used, "Targets.RoleArn": .harmless(rights),
        ],
        "AWS::Events::Archive": [
            "ArchiveName": .used, "SourceArn": .used, "Description": .used, "EventPattern": .used,
            "RetentionDays": .used, "KmsKeyIdentifier": encryption,
        ],
        "AWS::Serverless::Function/EventBridgeRule": deliveryRules.merging([
            "Pattern": .used, "EventBusName": .used, "InputPath": .used, "InputTransformer": .used, "RuleName": .used,
            "State": .used, "Target.Id": .used,
        ]) { $1 },
        "AWS::Serverless::Function/CloudWatchEvent": deliveryRules.merging([
            "Pattern": .used, "EventBusName": .used, "InputPath": .used, "Enabled": .used, "State": .used,
            "Target.Id": .used,
        ]) { $1 },
        "AWS::Serverless::Function/Schedule": deliveryRules.merging([
            "Schedule": .used, "Name": .used, "Description": .used, "Enabled": .used, "State": .used,
            "Target.Id": .used,
        ]) { $1 },
    ])
}
