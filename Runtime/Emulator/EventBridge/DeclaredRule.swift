import JSON
import Template

/// A rule as the template declares it: a resource of its own, or an event of a function.
struct DeclaredRule {
    var name: String
    var busName: String
    /// For errors.
    var position: SourcePosition
    var owner: String
    /// The parameters of PutRule.
    var rule: JSONObject
    var targets: [JSONValue]

    /// All of it, to tell whether it was changed.
    var text: String { JSONValue.array([.object(rule), .array(targets)]).compactText }

    private static let numbers: Set<String> = ["MaximumRetryAttempts", "MaximumEventAgeInSeconds"]

    /// - Note: Sources: CloudFormation Template Reference, AWS::Events::Rule; AWS SAM Developer Guide,
    ///   "EventBridgeRule", "CloudWatchEvent", "Schedule".
    static func all(of stack: Stack) throws(EmulatorError) -> [DeclaredRule] {
        var rules: [DeclaredRule] = []
        for resource in stack.resources where resource.type == "AWS::Events::Rule" {
            rules.append(DeclaredRule(resource, in: stack))
        }
        for function in stack.functions {
            for event in function.events where ["EventBridgeRule", "CloudWatchEvent", "Schedule"].contains(event.type) {
                do throws(TemplateError) {
                    rules.append(try DeclaredRule(event, of: function, in: stack))
                } catch {
                    throw EmulatorError("\(error)")
                }
            }
        }
        return rules
    }

    private init(_ resource: Resource, in stack: Stack) {
        let input = resource.properties.serviceInput(numbers: Self.numbers, documents: ["EventPattern"])
        rule = input.object ?? JSONObject()
        targets = rule["Targets"]?.array ?? []
        rule["Targets"] = nil
        name = rule["Name"]?.string ?? "\(stack.context.stackName)-\(resource.logicalID)"
        rule["Name"] = .string(name)
        busName = EventBus.name(rule["EventBusName"]?.string ?? EventBus.defaultName)
        position = resource.position
        owner = resource.logicalID
    }

    private init(_ event: FunctionEvent, of function: FunctionResource, in stack: Stack) throws(TemplateError) {
        let properties = event.properties.serviceInput(numbers: Self.numbers, documents: ["Pattern"])
        rule = JSONObject()
        owner = "\(function.logicalID)\(event.name)"
        name = (properties["RuleName"] ?? properties["Name"])?.string ?? "\(stack.context.stackName)-\(owner)"
        position = event.position
        rule["Name"] = .string(name)
        rule["EventBusName"] = properties["EventBusName"]
        rule["Description"] = properties["Description"]
        let isScheduled = event.type == "Schedule"
        _ = try event.properties.require(isScheduled ? "Schedule" : "Pattern", of: "the event \(event.name)")
        rule[isScheduled ? "ScheduleExpression" : "EventPattern"] = properties[isScheduled ? "Schedule" : "Pattern"]
        rule["State"] = properties["State"]
        if let isEnabled = event.properties["Enabled"] {
            rule["State"] = try isEnabled.requireBoolean("Enabled") ? "ENABLED" : "DISABLED"
        }
        busName = EventBus.name(rule["EventBusName"]?.string ?? EventBus.defaultName)
        var target: JSONObject = [
            "Id": properties["Target"]?["Id"] ?? .string(owner + "LambdaTarget"), "Arn": .string(function.arn),
        ]
        for name in ["Input", "InputPath", "InputTransformer", "RetryPolicy", "DeadLetterConfig"] {
            target[name] = properties[name]
        }
        targets = [.object(target)]
    }
}
