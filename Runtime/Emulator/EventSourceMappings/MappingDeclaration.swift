import JSON
import Template

/// A mapping that a template asks for: as a function's event, or as a resource.
///
/// - Note: Source: AWS SAM Developer Guide, "SQS" and "DynamoDB" under "EventSource"; AWS CloudFormation Template
///   Reference, "AWS::Lambda::EventSourceMapping".
struct MappingDeclaration {
    /// Of the resource; SAM makes one of the function's and the event's names.
    var logicalID: String
    var position: SourcePosition
    /// In the API's terms.
    var settings: JSONObject

    static func all(of stack: Stack) throws(EmulatorError) -> [MappingDeclaration] {
        var declarations: [MappingDeclaration] = []
        for function in stack.functions {
            for event in function.events {
                let source: String
                switch event.type {
                case "SQS": source = "Queue"
                case "DynamoDB": source = "Stream"
                default: continue
                }
                guard let arn = event.properties[source]?.text else {
                    throw EmulatorError("\(event.position): the event \(event.name) needs \(source): an ARN")
                }
                var settings = settings(of: event.properties, without: [source])
                settings["EventSourceArn"] = .string(arn)
                settings["FunctionName"] = .string(function.name)
                declarations.append(
                    MappingDeclaration(
                        logicalID: function.logicalID + event.name, position: event.position, settings: settings))
            }
        }
        for resource in stack.resources where resource.type == "AWS::Lambda::EventSourceMapping" {
            declarations.append(
                MappingDeclaration(
                    logicalID: resource.logicalID, position: resource.position,
                    settings: settings(of: resource.properties, without: ["Tags"])))
        }
        return declarations
    }

    private static func settings(of properties: TemplateValue, without omitted: Set<String>) -> JSONObject {
        JSONObject((properties.json.object ?? [:]).filter { !omitted.contains($0.key) }.map { ($0.key, $0.value) })
    }
}

extension TemplateCoverage {
    static let eventSourceMappings: Coverage = {
        let shared: [String: Coverage.Rule] = [
            "BatchSize": .used, "Enabled": .used, "FilterCriteria": .used, "FunctionResponseTypes": .used,
            "MaximumBatchingWindowInSeconds": .used,
            "KmsKeyArn": .harmless("nothing leaves this machine"),
            "MetricsConfig": .harmless("there are no metrics here"),
        ]
        let streams: [String: Coverage.Rule] = [
            "StartingPosition": .used, "BisectBatchOnFunctionError": .used, "DestinationConfig.OnFailure": .used,
            "MaximumRecordAgeInSeconds": .used, "MaximumRetryAttempts": .used, "ParallelizationFactor": .used,
            "TumblingWindowInSeconds": .used,
        ]
        let queues: [String: Coverage.Rule] = ["ScalingConfig": .used]
        let own: [String: Coverage.Rule] = [
            "EventSourceArn": .used, "FunctionName": .used, "Tags": .harmless("they are for people"),
        ]
        return Coverage([
            "AWS::Serverless::Function/SQS": shared.merging(queues) { $1 }.merging(["Queue": .used]) { $1 },
            "AWS::Serverless::Function/DynamoDB": shared.merging(streams) { $1 }.merging(["Stream": .used]) { $1 },
            "AWS::Lambda::EventSourceMapping": shared.merging(streams) { $1 }.merging(queues) { $1 }.merging(own) {
                $1
            },
        ])
    }()
}
