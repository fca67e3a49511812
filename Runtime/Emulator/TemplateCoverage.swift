import Template

/// What of a template the emulator acts on. A property that is in no list would be ignored in a way that changes
/// behaviour, and is therefore an error.
enum TemplateCoverage {
    static let all = lambda.merging(dynamoDB).merging(httpAPI).merging(webSocketAPI).merging(queues)
        .merging(eventSourceMappings).merging(cognito).merging(eventBridge).merging(scheduler).merging(s3)
        .merging(operations)

    private static let lambda = Coverage([
        "AWS::Serverless::Function": [
            "FunctionName": .used, "Handler": .used, "Runtime": .used, "Timeout": .used, "MemorySize": .used,
            "Environment.Variables": .used, "ReservedConcurrentExecutions": .used, "LoggingConfig.LogFormat": .used,
            "LoggingConfig.ApplicationLogLevel": .used, "Events": .typed,
            "CodeUri": .harmless("the executable comes from the folder of --functions"),
            "Description": .harmless("it is for people"),
            "Architectures": .harmless("the function runs on this machine's own"),
            "LoggingConfig.SystemLogLevel": .harmless("the emulator always writes START, END and REPORT"),
            "LoggingConfig.LogGroup": .harmless("logs go to the terminal"),
            "Policies": .used, "PermissionsBoundary": .used, "EventInvokeConfig": .used, "RecursiveLoop": .used,
            "DeadLetterQueue": .used,
            "Tracing": .harmless("there is no X-Ray here"),
            "Tags": .harmless("they are for people"),
            "Metadata": .harmless("it is for builds"),
        ],
        "AWS::IAM::ManagedPolicy": [
            "PolicyDocument": .used, "ManagedPolicyName": .used, "Description": .harmless("it is for people"),
            "Path": .harmless("nobody looks policies up by it here"),
        ],
        "AWS::Serverless::Function/HttpApi": [
            "ApiId": .used, "Method": .used, "Path": .used,
            "Auth.Authorizer": .used, "Auth.AuthorizationScopes": .used, "PayloadFormatVersion": .used,
            "TimeoutInMillis": .used,
        ],
    ])

    private static let dynamoDB = Coverage([
        "AWS::DynamoDB::Table": [
            "TableName": .used, "AttributeDefinitions": .used, "KeySchema": .used, "BillingMode": .used,
            "ProvisionedThroughput": .used, "GlobalSecondaryIndexes": .used, "LocalSecondaryIndexes": .used,
            "StreamSpecification": .used, "TimeToLiveSpecification": .used, "DeletionProtectionEnabled": .used,
            "TableClass": .used,
            "PointInTimeRecoverySpecification": .harmless("the file is the only copy; see --data"),
            "SSESpecification": .harmless("nothing leaves this machine"),
            "Tags": .harmless("they are for people"),
        ],
        "AWS::DynamoDB::GlobalTable": [
            "TableName": .used, "AttributeDefinitions": .used, "KeySchema": .used, "BillingMode": .used,
            "GlobalSecondaryIndexes.IndexName": .used, "GlobalSecondaryIndexes.KeySchema": .used,
            "GlobalSecondaryIndexes.Projection": .used, "LocalSecondaryIndexes": .used, "StreamSpecification": .used,
            "TimeToLiveSpecification": .used, "Replicas.Region": .used, "Replicas.DeletionProtectionEnabled": .used,
            "Replicas.TableClass": .used,
            "Replicas.PointInTimeRecoverySpecification": .harmless("the file is the only copy; see --data"),
            "Replicas.SSESpecification": .harmless("nothing leaves this machine"),
            "Replicas.Tags": .harmless("they are for people"),
            "SSESpecification": .harmless("nothing leaves this machine"),
        ],
        "AWS::Serverless::SimpleTable": [
            "TableName": .used, "PrimaryKey": .used, "ProvisionedThroughput": .used,
            "PointInTimeRecoverySpecification": .harmless("the file is the only copy; see --data"),
            "SSESpecification": .harmless("nothing leaves this machine"), "Tags": .harmless("they are for people"),
        ],
    ])
}
