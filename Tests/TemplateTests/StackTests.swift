import Template
import Testing

/// A stack like the product's: every section and most functions at work.
struct StackTests {
    static let text = """
        AWSTemplateFormatVersion: "2010-09-09"
        Transform: AWS::Serverless-2016-10-31
        Description: A test.
        Metadata:
          Emulator:
            Parameters:
              StripeApiBase: ${Endpoint}/stripe
        Parameters:
          Stage: { Type: String, Default: test, AllowedValues: [test, live] }
          StripeApiBase: { Type: String }
          Sizes: { Type: CommaDelimitedList, Default: "1, 2,3" }
        Mappings:
          PerStage:
            test: { Memory: 256, Zones: [a, b] }
            live: { Memory: 1024, Zones: [c] }
        Conditions:
          IsLive: !Equals [!Ref Stage, live]
          IsTest: !Not [!Condition IsLive]
        Globals:
          Function:
            Runtime: provided.al2023
            Timeout: 10
            Architectures: [arm64]
            Environment:
              Variables:
                USERS_TABLE: !Ref UsersTable
                STAGE: !Ref Stage
            Tags: { owner: us }
        Resources:
          Api:
            Type: AWS::Serverless::HttpApi
            Properties:
              Auth:
                DefaultAuthorizer: Pool
                Authorizers:
                  Pool:
                    JwtConfiguration:
                      issuer: !Sub https://cognito-idp.${AWS::Region}.${AWS::URLSuffix}/${UserPool}
                      audience: [!Ref Client]
              CorsConfiguration:
                AllowOrigins: ["https://example.org"]
                AllowMethods: [GET]
                MaxAge: 600
          UserPool:
            Type: AWS::Cognito::UserPool
          Client:
            Type: AWS::Cognito::UserPoolClient
            Properties: { UserPoolId: !Ref UserPool }
          CastVote:
            Type: AWS::Serverless::Function
            Properties:
              Handler: CastVote
              CodeUri: .build/lambda/CastVote.zip
              MemorySize: !FindInMap [PerStage, !Ref Stage, Memory]
              ReservedConcurrentExecutions: 5
              Tracing: !If [IsLive, Active, !Ref AWS::NoValue]
              Environment:
                Variables:
                  STRIPE_API_BASE: !Ref StripeApiBase
                  STAGE: !Sub "${Stage}-${AWS::StackName}"
                  SECOND: !Select [1, !Ref Sizes]
                  JOINED: !Join ["/", !Split [":", "a:b:c"]]
                  CODED: !Base64 "hé"
                  QUEUE: !Ref Queue
                  MIXED:
                    Fn::Sub: ["${Name}:${!Literal}:${Queue.Arn}", { Name: !GetAtt [UsersTable, Arn] }]
              Policies:
                - Statement:
                    - { Effect: Allow, Action: "dynamodb:*", Resource: !GetAtt UsersTable.Arn }
              Events:
                Vote:
                  Type: HttpApi
                  Properties: { ApiId: !Ref Api, Method: post, Path: "/votings/{id}/vote" }
                Open:
                  Type: HttpApi
                  Properties: { ApiId: !Ref Api, Method: GET, Path: /open, Auth: { Authorizer: NONE } }
                Queued:
                  Type: SQS
                  Properties: { Queue: !GetAtt Queue.Arn, BatchSize: 5 }
          Queue:
            Type: AWS::SQS::Queue
            Properties: { FifoQueue: true }
          UsersTable:
            Type: AWS::DynamoDB::Table
            DeletionPolicy: Retain
            Properties:
              BillingMode: PAY_PER_REQUEST
              AttributeDefinitions:
                - { AttributeName: pk, AttributeType: S }
                - { AttributeName: sk, AttributeType: S }
                - { AttributeName: gsi1pk, AttributeType: N }
              KeySchema:
                - { AttributeName: pk, KeyType: HASH }
                - { AttributeName: sk, KeyType: RANGE }
              GlobalSecondaryIndexes:
                - IndexName: gsi1
                  KeySchema: [{ AttributeName: gsi1pk, KeyType: HASH }]
                  Projection: { ProjectionType: INCLUDE, NonKeyAttributes: [title] }
              LocalSecondaryIndexes:
                - IndexName: lsi1
                  KeySchema: [{ AttributeName: pk, KeyType: HASH }, { AttributeName: gsi1pk, KeyType: RANGE }]
                  Projection: { ProjectionType: KEYS_ONLY }
              StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }
              TimeToLiveSpecification: { AttributeName: expiresAt, Enabled: true }
              SSESpecification: { SSEEnabled: true }
              PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }
              DeletionProtectionEnabled: true
              Tags: [{ Key: owner, Value: us }]
          Named:
            Type: AWS::Serverless::SimpleTable
            Properties:
              TableName: !Sub "${Stage}-named"
              PrimaryKey: { Name: key, Type: Number }
          LiveOnly:
            Type: AWS::SNS::Topic
            Condition: IsLive
        Outputs:
          Users: { Value: !Ref UsersTable }
          Topic: { Condition: IsLive, Value: !Ref LiveOnly }
        """

    let stack: Stack
    init() throws {
        stack = try Stack.load(
            text: Self.text, file: "template.yaml", context: TemplateContext(endpoint: "http://127.0.0.1:4566"))
    }

    @Test func `sets parameters from metadata and defaults`() {
        #expect(
            stack.parameters
                == ["Stage": "test", "StripeApiBase": "http://127.0.0.1:4566/stripe", "Sizes": "1, 2,3"])
    }

    @Test func `reads a function with the globals`() throws {
        let function = try #require(stack.function("CastVote"))
        #expect(function.name == "bundle-CastVote")
        #expect(function.arn == "arn:aws:lambda:us-east-1:000000000000:function:bundle-CastVote")
        #expect(function.handler == "CastVote" && function.runtime == "provided.al2023")
        #expect(function.codeURI == ".build/lambda/CastVote.zip")
        #expect(function.timeoutSeconds == 10 && function.memoryMB == 256 && function.reservedConcurrency == 5)
        #expect(function.architecture == "arm64" && function.tracing == nil && function.logFormat == "Text")
        #expect(function.policies.count == 1)
        #expect(
            function.policies[0]["Statement"]?.list?[0]["Resource"]?.text
                == "arn:aws:dynamodb:us-east-1:000000000000:table/bundle-UsersTable")
        #expect(function.events.map(\.type) == ["HttpApi", "HttpApi", "SQS"])
        #expect(
            function.events[2].properties["Queue"]?.text == "arn:aws:sqs:us-east-1:000000000000:bundle-Queue.fifo")
        #expect(function.properties["Tags"]?["owner"]?.text == "us")
    }

    @Test func `evaluates the functions in the environment`() throws {
        let expected = [
            "USERS_TABLE": "bundle-UsersTable", "STAGE": "test-bundle", "SECOND": "2", "JOINED": "a/b/c",
            "CODED": "aMOp", "STRIPE_API_BASE": "http://127.0.0.1:4566/stripe",
            "QUEUE": "http://127.0.0.1:4566/000000000000/bundle-Queue.fifo",
            "MIXED": "arn:aws:dynamodb:us-east-1:000000000000:table/bundle-UsersTable:${Literal}"
                + ":arn:aws:sqs:us-east-1:000000000000:bundle-Queue.fifo",
        ]
        #expect(try #require(stack.function("CastVote")).environment == expected)
    }

    @Test func `reads tables`() throws {
        let table = try #require(stack.table("UsersTable"))
        #expect(table.name == "bundle-UsersTable")
        #expect(table.attributes.map { $0.name + $0.type } == ["pkS", "skS", "gsi1pkN"])
        #expect(table.key.partition == "pk" && table.key.sort == "sk")
        #expect(table.globalIndexes.map(\.name) == ["gsi1"])
        #expect(table.globalIndexes[0].key.partition == "gsi1pk" && table.globalIndexes[0].key.sort == nil)
        #expect(table.globalIndexes[0].projection == "INCLUDE" && table.globalIndexes[0].nonKeyAttributes == ["title"])
        #expect(table.localIndexes[0].key.sort == "gsi1pk" && table.localIndexes[0].projection == "KEYS_ONLY")
        #expect(table.billingMode == "PAY_PER_REQUEST" && table.streamView == "NEW_AND_OLD_IMAGES")
        #expect(table.timeToLiveAttribute == "expiresAt" && table.isEncryptedByKMS && table.hasPointInTimeRecovery)
        #expect(table.isDeletionProtected && table.tags == ["owner": "us"])
        let simple = try #require(stack.table("Named"))
        #expect(simple.name == "test-named" && simple.key.partition == "key" && simple.attributes[0].type == "N")
    }

    @Test func `reads APIs with their routes`() throws {
        #expect(stack.httpAPIs.count == 1)
        let api = stack.httpAPIs[0]
        #expect(api.logicalID == "Api" && api.id == "api" && api.stage == "$default")
        #expect(api.defaultAuthorizer == "Pool")
        #expect(api.authorizers[0].issuer == "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_UserPool")
        #expect(api.authorizers[0].audience == ["client"])
        #expect(api.authorizers[0].identitySource == "$request.header.Authorization")
        #expect(api.routes.map { "\($0.method) \($0.path)" } == ["POST /votings/{id}/vote", "GET /open"])
        #expect(api.routes.map(\.authorizer) == ["Pool", nil])
        #expect(api.routes[0].functionID == "CastVote" && api.routes[0].payloadFormatVersion == "2.0")
        #expect(api.cors?.allowOrigins == ["https://example.org"] && api.cors?.maxAgeSeconds == 600)
    }

    @Test func `leaves out what its condition excludes`() {
        #expect(stack.resource("LiveOnly") == nil)
        #expect(stack.outputs == ["Users": "bundle-UsersTable"])
        #expect(stack.resource("Queue")?.attributes["QueueName"] == "bundle-Queue.fifo")
    }

    @Test func `takes overrides before local values`() throws {
        let live = try Stack.load(
            text: Self.text, file: "template.yaml", overrides: ["Stage": "live", "StripeApiBase": "https://x"],
            context: TemplateContext(region: "eu-west-1", accountID: "123456789012", stackName: "shop"))
        let function = try #require(live.function("CastVote"))
        #expect(function.memoryMB == 1_024 && function.tracing == "Active")
        #expect(function.environment["STRIPE_API_BASE"] == "https://x")
        #expect(function.arn == "arn:aws:lambda:eu-west-1:123456789012:function:shop-CastVote")
        #expect(live.outputs["Topic"] == "arn:aws:sns:eu-west-1:123456789012:shop-LiveOnly")
    }
}
