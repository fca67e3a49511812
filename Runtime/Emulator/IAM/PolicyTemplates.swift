import JSON
import Policies
import Template

/// SAM's policy templates for the services that are emulated.
///
/// - Note: Source: AWS SAM Developer Guide, "Policy template list".
enum PolicyTemplates {
    private struct Grant {
        var actions: [String]
        /// ARNs, in which `<Name>` stands for a parameter.
        var resources: [String]
    }

    static func document(_ name: String, parameters: TemplateValue) throws(PolicyError) -> PolicyDocument {
        guard let grants = templates[name] else {
            throw PolicyError(reason: "the policy template \(name) is not known here; write its statements instead")
        }
        var statements: [PolicyStatement] = []
        for grant in grants {
            var resources: [JSONValue] = []
            for resource in grant.resources { resources.append(.string(try filled(resource, parameters, name))) }
            statements.append(
                try PolicyStatement([
                    "Effect": "Allow", "Action": .array(grant.actions.map(JSONValue.string)),
                    "Resource": .array(resources),
                ]))
        }
        return PolicyDocument(statements: statements)
    }

    private static func filled(
        _ resource: String, _ parameters: TemplateValue, _ template: String
    ) throws(PolicyError) -> String {
        guard let start = resource.firstIndex(of: "<"), let end = resource.firstIndex(of: ">") else { return resource }
        let parameter = String(resource[resource.index(after: start)..<end])
        guard let value = parameters[parameter]?.text else {
            throw PolicyError(reason: "\(template) needs the parameter \(parameter)")
        }
        return String(resource[..<start]) + value + String(resource[resource.index(after: end)...])
    }

    private static func arn(_ service: String, _ resource: String) -> String {
        "arn:aws:\(service):\(LocalAccount.region):\(LocalAccount.id):\(resource)"
    }

    private static func dynamoDB(_ actions: String..., resources: [String]) -> Grant {
        Grant(actions: actions.map { "dynamodb:\($0)" }, resources: resources.map { arn("dynamodb", $0) })
    }

    private static let tableAndIndexes = ["table/<TableName>", "table/<TableName>/index/*"]
    private static let bucketAndObjects = ["arn:aws:s3:::<BucketName>", "arn:aws:s3:::<BucketName>/*"]

    private static let templates: [String: [Grant]] = [
        "DynamoDBCrudPolicy": [
            dynamoDB(
                "GetItem", "DeleteItem", "PutItem", "Scan", "Query", "UpdateItem", "BatchWriteItem", "BatchGetItem",
                "DescribeTable", "ConditionCheckItem", resources: tableAndIndexes)
        ],
        "DynamoDBReadPolicy": [
            dynamoDB("GetItem", "Scan", "Query", "BatchGetItem", "DescribeTable", resources: tableAndIndexes)
        ],
        "DynamoDBWritePolicy": [
            dynamoDB("PutItem", "UpdateItem", "BatchWriteItem", resources: tableAndIndexes)
        ],
        "DynamoDBStreamReadPolicy": [
            dynamoDB(
                "DescribeStream", "GetRecords", "GetShardIterator",
                resources: ["table/<TableName>/stream/<StreamName>"]),
            dynamoDB("ListStreams", resources: ["table/<TableName>/stream/*"]),
        ],
        "SQSPollerPolicy": [
            Grant(
                actions: [
                    "sqs:ChangeMessageVisibility", "sqs:ChangeMessageVisibilityBatch", "sqs:DeleteMessage",
                    "sqs:DeleteMessageBatch", "sqs:GetQueueAttributes", "sqs:ReceiveMessage",
                ], resources: [arn("sqs", "<QueueName>")])
        ],
        "SQSSendMessagePolicy": [Grant(actions: ["sqs:SendMessage*"], resources: [arn("sqs", "<QueueName>")])],
        "LambdaInvokePolicy": [
            Grant(actions: ["lambda:InvokeFunction"], resources: [arn("lambda", "function:<FunctionName>*")])
        ],
        "S3ReadPolicy": [
            Grant(
                actions: [
                    "s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation", "s3:GetObjectVersion",
                    "s3:GetLifecycleConfiguration",
                ], resources: bucketAndObjects)
        ],
        "S3WritePolicy": [
            Grant(
                actions: ["s3:PutObject", "s3:PutObjectAcl", "s3:PutLifecycleConfiguration"],
                resources: bucketAndObjects)
        ],
        "S3CrudPolicy": [
            Grant(
                actions: [
                    "s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation", "s3:GetObjectVersion", "s3:PutObject",
                    "s3:PutObjectAcl", "s3:GetLifecycleConfiguration", "s3:PutLifecycleConfiguration",
                    "s3:DeleteObject",
                ], resources: bucketAndObjects)
        ],
        "EventBridgePutEventsPolicy": [
            Grant(actions: ["events:PutEvents"], resources: [arn("events", "event-bus/<EventBusName>")])
        ],
    ]
}
