/// What a resource is called here: the values of `Ref` and `GetAtt`. Names and ARNs look as they do on AWS; addresses
/// lead to the emulator.
///
/// - Note: Source: AWS CloudFormation Template Reference, "Return values" of each type.
struct ResourceIdentity {
    let reference: String
    let attributes: [String: String]
    /// A type that is not in the table has every attribute.
    private let anyAttribute: (@Sendable (String) -> String)?

    func attribute(_ name: String) -> String? { attributes[name] ?? anyAttribute?(name) }

    /// - Parameter property: the text of a property, which may give the resource its name.
    init(
        logicalID: String, type: String, context: TemplateContext,
        property: (String) throws(TemplateError) -> String?
    ) throws(TemplateError) {
        let generated = "\(context.stackName)-\(logicalID)"
        func arn(_ service: String, _ resource: String) -> String { context.arn(service, resource) }
        func named(_ property: String?) -> String { property ?? generated }
        var anyAttribute: (@Sendable (String) -> String)?

        switch type {
        case "AWS::Serverless::Function", "AWS::Lambda::Function":
            reference = named(try property("FunctionName"))
            attributes = ["Arn": arn("lambda", "function:\(reference)")]
        case "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable", "AWS::Serverless::SimpleTable":
            reference = named(try property("TableName"))
            let table = arn("dynamodb", "table/\(reference)")
            attributes = ["Arn": table, "StreamArn": table + "/stream/1970-01-01T00:00:00.000"]
        case "AWS::SQS::Queue":
            let isFIFO = try property("FifoQueue") == "true"
            let name = try property("QueueName") ?? generated + (isFIFO ? ".fifo" : "")
            reference = "\(context.endpoint)/\(context.accountID)/\(name)"
            attributes = ["Arn": arn("sqs", name), "QueueName": name, "QueueUrl": reference]
        case "AWS::SNS::Topic":
            let name = named(try property("TopicName"))
            reference = arn("sns", name)
            attributes = ["TopicArn": reference, "TopicName": name]
        case "AWS::S3::Bucket":
            // Bucket names have no capital letters.
            reference = try property("BucketName") ?? generated.lowercased()
            let suffix = "s3.\(context.region).amazonaws.com"
            attributes = [
                "Arn": context.arn("s3", reference, region: "", account: ""),
                "DomainName": "\(reference).s3.amazonaws.com", "RegionalDomainName": "\(reference).\(suffix)",
                "DualStackDomainName": "\(reference).s3.dualstack.\(context.region).amazonaws.com",
                "WebsiteURL": "http://\(reference).s3-website-\(context.region).amazonaws.com",
            ]
        case "AWS::Serverless::HttpApi", "AWS::Serverless::Api", "AWS::ApiGatewayV2::Api", "AWS::ApiGateway::RestApi":
            reference = Self.identifier(logicalID)
            let address = "\(context.endpoint)/apis/\(reference)"
            let isWebSocket = try property("ProtocolType") == "WEBSOCKET"
            attributes = [
                "ApiEndpoint": isWebSocket ? "ws" + address.dropFirst(4) : address, "ApiId": reference,
                "RootResourceId": reference,
            ]
        case "AWS::Events::EventBus":
            reference = named(try property("Name"))
            attributes = ["Arn": arn("events", "event-bus/\(reference)"), "Name": reference]
        case "AWS::Events::Rule":
            let name = named(try property("Name"))
            let bus = Self.busName(try property("EventBusName"))
            reference = bus.map { "\($0)|\(name)" } ?? name
            attributes = ["Arn": arn("events", "rule/" + (bus.map { "\($0)/\(name)" } ?? name))]
        case "AWS::Events::Archive":
            reference = named(try property("ArchiveName"))
            attributes = ["Arn": arn("events", "archive/\(reference)")]
        case "AWS::Scheduler::Schedule":
            reference = named(try property("Name"))
            let group = try property("GroupName") ?? "default"
            attributes = ["Arn": arn("scheduler", "schedule/\(group)/\(reference)")]
        case "AWS::Scheduler::ScheduleGroup":
            reference = named(try property("Name"))
            attributes = ["Arn": arn("scheduler", "schedule-group/\(reference)"), "State": "ACTIVE"]
        case "AWS::Cognito::UserPool":
            reference = "\(context.region)_\(logicalID)"
            let provider = "cognito-idp.\(context.region).amazonaws.com/\(reference)"
            attributes = [
                "Arn": arn("cognito-idp", "userpool/\(reference)"), "ProviderName": provider,
                "ProviderURL": "https://\(provider)", "UserPoolId": reference,
            ]
        case "AWS::Cognito::UserPoolClient":
            reference = Self.identifier(logicalID)
            attributes = ["ClientId": reference, "Name": named(try property("ClientName"))]
        case "AWS::IAM::Role":
            reference = named(try property("RoleName"))
            // `/` or `/division/`.
            let path = try property("Path") ?? "/"
            attributes = [
                "Arn": context.arn("iam", "role\(path)\(reference)", region: ""), "RoleId": Self.identifier(logicalID),
            ]
        case "AWS::IAM::ManagedPolicy":
            reference = context.arn("iam", "policy/\(named(try property("ManagedPolicyName")))", region: "")
            attributes = ["PolicyArn": reference]
        default:
            reference = try Self.plainName(type, property) ?? generated
            let service = type.split(separator: ":").dropFirst().first.map { $0.lowercased() } ?? "aws"
            let (name, whole) = (reference, arn(service, reference))
            attributes = [:]
            anyAttribute = { $0.hasSuffix("Arn") || $0.hasSuffix("ARN") ? whole : "\(name)-\($0)" }
        }
        self.anyAttribute = anyAttribute
    }

    /// Types without attributes of their own here, whose name is a property.
    private static func plainName(
        _ type: String, _ property: (String) throws(TemplateError) -> String?
    ) throws(TemplateError) -> String? {
        switch type {
        case "AWS::SSM::Parameter", "AWS::SecretsManager::Secret", "AWS::Kinesis::Stream",
            "AWS::Cognito::UserPoolGroup":
            try property(type.hasSuffix("Group") && type.contains("Cognito") ? "GroupName" : "Name")
        case "AWS::Logs::LogGroup": try property("LogGroupName")
        case "AWS::CloudWatch::Alarm": try property("AlarmName")
        case "AWS::ApiGatewayV2::Stage": try property("StageName")
        default: nil
        }
    }

    /// The name of a bus other than the default one, which may be given by its ARN.
    private static func busName(_ nameOrARN: String?) -> String? {
        let name = nameOrARN?.split(separator: "/").last.map { String($0) }
        return name == "default" ? nil : name
    }

    /// Small letters and digits, as API Gateway and Cognito make their ids of.
    private static func identifier(_ logicalID: String) -> String { logicalID.lowercased() }
}
