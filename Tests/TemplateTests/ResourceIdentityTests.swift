import Template
import Testing

struct ResourceIdentityTests {
    static let global =
        "BillingMode: PAY_PER_REQUEST, AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }], "
        + "KeySchema: [{ AttributeName: pk, KeyType: HASH }], Replicas: [{ Region: us-east-1 }]"

    /// The type, its properties, the function, what comes out.
    static let rows: [(String, String, String, String)] = [
        ("AWS::Serverless::Function", "Runtime: x, Handler: x", "!Ref X", "bundle-X"),
        (
            "AWS::Serverless::Function", "Runtime: x, Handler: x, FunctionName: f", "!GetAtt X.Arn",
            "arn:aws:lambda:us-east-1:000000000000:function:f"
        ),
        ("AWS::Lambda::Function", "", "!GetAtt X.Arn", "arn:aws:lambda:us-east-1:000000000000:function:bundle-X"),
        ("AWS::Serverless::SimpleTable", "TableName: t", "!Ref X", "t"),
        ("AWS::Serverless::SimpleTable", "", "!GetAtt X.Arn", "arn:aws:dynamodb:us-east-1:000000000000:table/bundle-X"),
        (
            "AWS::Serverless::SimpleTable", "TableName: t", "!GetAtt X.StreamArn",
            "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/1970-01-01T00:00:00.000"
        ),
        ("AWS::DynamoDB::GlobalTable", "\(global)", "!Ref X", "bundle-X"),
        (
            "AWS::DynamoDB::GlobalTable", "\(global)", "!GetAtt X.StreamArn",
            "arn:aws:dynamodb:us-east-1:000000000000:table/bundle-X/stream/1970-01-01T00:00:00.000"
        ),
        ("AWS::SQS::Queue", "QueueName: q", "!Ref X", "http://127.0.0.1:4566/000000000000/q"),
        ("AWS::SQS::Queue", "", "!GetAtt X.Arn", "arn:aws:sqs:us-east-1:000000000000:bundle-X"),
        ("AWS::SQS::Queue", "FifoQueue: true", "!GetAtt X.QueueName", "bundle-X.fifo"),
        ("AWS::SNS::Topic", "TopicName: t", "!Ref X", "arn:aws:sns:us-east-1:000000000000:t"),
        ("AWS::SNS::Topic", "", "!GetAtt X.TopicName", "bundle-X"),
        ("AWS::S3::Bucket", "", "!Ref X", "bundle-x"),
        ("AWS::S3::Bucket", "BucketName: b", "!GetAtt X.Arn", "arn:aws:s3:::b"),
        ("AWS::S3::Bucket", "BucketName: b", "!GetAtt X.RegionalDomainName", "b.s3.us-east-1.amazonaws.com"),
        ("AWS::Serverless::HttpApi", "", "!Ref X", "x"), ("AWS::Serverless::HttpApi", "", "!Ref X.Stage", "$default"),
        ("AWS::Serverless::HttpApi", "StageName: live", "!Ref X.Stage", "live"),
        ("AWS::ApiGatewayV2::Api", "", "!GetAtt X.ApiEndpoint", "http://127.0.0.1:4566/apis/x"),
        ("AWS::ApiGatewayV2::Stage", "StageName: live", "!Ref X", "live"),
        ("AWS::Events::EventBus", "Name: b", "!Ref X", "b"),
        ("AWS::Events::EventBus", "Name: b", "!GetAtt X.Arn", "arn:aws:events:us-east-1:000000000000:event-bus/b"),
        ("AWS::Cognito::UserPool", "", "!Ref X", "us-east-1_X"),
        (
            "AWS::Cognito::UserPool", "", "!GetAtt X.ProviderURL",
            "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_X"
        ),
        ("AWS::Cognito::UserPoolClient", "", "!Ref X", "x"),
        ("AWS::Cognito::UserPoolGroup", "GroupName: g", "!Ref X", "g"),
        ("AWS::IAM::Role", "RoleName: r", "!GetAtt X.Arn", "arn:aws:iam::000000000000:role/r"),
        (
            "AWS::IAM::Role", "RoleName: r, Path: /a/b/", "!GetAtt X.Arn", "arn:aws:iam::000000000000:role/a/b/r"
        ),
        ("AWS::IAM::ManagedPolicy", "", "!Ref X", "arn:aws:iam::000000000000:policy/bundle-X"),
        (
            "AWS::IAM::ManagedPolicy", "ManagedPolicyName: p", "!GetAtt X.PolicyArn",
            "arn:aws:iam::000000000000:policy/p"
        ),
        ("AWS::Scheduler::ScheduleGroup", "Name: g", "!Ref X", "g"),
        ("AWS::Logs::LogGroup", "LogGroupName: /a", "!Ref X", "/a"),
        ("AWS::CloudWatch::Alarm", "AlarmName: a", "!Ref X", "a"),
        ("AWS::Other::Thing", "", "!Ref X", "bundle-X"),
        ("AWS::Other::Thing", "", "!GetAtt X.Arn", "arn:aws:other:us-east-1:000000000000:bundle-X"),
        ("AWS::Other::Thing", "", "!GetAtt X.Inner.Name", "bundle-X-Inner.Name"),
    ]
    @Test(arguments: rows) func `names resources`(type: String, properties: String, call: String, value: String) throws
    {
        let stack = try Stack.load(
            text: """
                Resources: { X: { Type: \(type), Properties: { \(properties) } } }
                Outputs: { Out: { Value: \(call) } }
                """, file: "t.yaml")
        #expect(stack.outputs["Out"] == value)
    }

    static let pseudo: [(String, String)] = [
        ("AWS::Region", "us-east-1"), ("AWS::AccountId", "000000000000"), ("AWS::StackName", "bundle"),
        ("AWS::Partition", "aws"), ("AWS::URLSuffix", "amazonaws.com"),
        (
            "AWS::StackId",
            "arn:aws:cloudformation:us-east-1:000000000000:stack/bundle/00000000-0000-0000-0000-000000000000"
        ),
    ]
    @Test(arguments: pseudo) func `knows pseudo parameters`(name: String, value: String) throws {
        let stack = try Stack.load(
            text: "Resources: { X: { Type: AWS::SNS::Topic } }\nOutputs: { Out: { Value: !Ref \(name) } }",
            file: "t.yaml")
        #expect(stack.outputs["Out"] == value)
    }

    @Test func `AWS NoValue takes its key and its place with it`() throws {
        let stack = try Stack.load(
            text: """
                Resources:
                  X: { Type: AWS::SNS::Topic, Properties: { A: !Ref AWS::NoValue, B: [a, !Ref AWS::NoValue, b], C: {},
                    D: !Ref AWS::NotificationARNs, E: ~ } }
                """, file: "t.yaml")
        let properties = try #require(stack.resource("X")).properties
        #expect(properties.map?.map(\.name) == ["B", "C", "D", "E"])
        #expect(properties["B"]?.list?.map(\.text) == ["a", "b"])
        #expect(properties["D"]?.list?.isEmpty == true && properties["E"]?.isNull == true)
    }
}
