import Template
import Testing

struct CoverageTests {
    static let text = """
        Globals:
          Function:
            Runtime: x
            Handler: x
            Tracing: Active
            VpcConfig: { SubnetIds: [a] }
        Resources:
          F:
            Type: AWS::Serverless::Function
            Properties:
              Timeout: 3
              EventInvokeConfig:
                MaximumRetryAttempts: 1
                DestinationConfig: { OnFailure: { Type: SQS } }
              Events:
                A: { Type: HttpApi, Properties: { Path: /, Method: GET, TimeoutInMillis: 100 } }
                B: { Type: MSK, Properties: { Stream: x } }
          G:
            Type: AWS::Serverless::Function
          T:
            Type: AWS::DynamoDB::Table
            Properties:
              BillingMode: PAY_PER_REQUEST
              AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }]
              KeySchema: [{ AttributeName: pk, KeyType: HASH }]
              GlobalSecondaryIndexes:
                - { IndexName: i, KeySchema: [{ AttributeName: pk, KeyType: HASH }], Projection: { ProjectionType: ALL }, Odd: 1 }
              Tags: [{ Key: a, Value: b }]
          Q: { Type: AWS::MQ::Broker, Properties: { Anything: 1 } }
        """
    static let coverage = Coverage([
        "AWS::Serverless::Function": [
            "Runtime": .used, "Handler": .used, "Timeout": .used, "Tracing": .harmless("there is no X-Ray here"),
            "EventInvokeConfig.MaximumRetryAttempts": .used, "Events": .typed,
        ],
        "AWS::Serverless::Function/HttpApi": ["Path": .used, "Method": .used],
    ]).merging(
        Coverage([
            "AWS::DynamoDB::Table": [
                "BillingMode": .used, "AttributeDefinitions": .used, "KeySchema": .used, "*": .used,
                "GlobalSecondaryIndexes.*": .harmless("any"), "GlobalSecondaryIndexes.Odd.Deeper": .used,
            ]
        ]))

    @Test func `reports every property that no rule covers, with its place`() throws {
        let stack = try Stack.load(text: Self.text, file: "t.yaml")
        let uncovered = stack.report(Self.coverage).uncovered
        #expect(
            uncovered.map { "\($0.position) \($0.logicalID) \($0.type) \($0.path)" } == [
                "t.yaml:6:5 F AWS::Serverless::Function VpcConfig",
                "t.yaml:14:9 F AWS::Serverless::Function EventInvokeConfig.DestinationConfig",
                "t.yaml:16:65 F AWS::Serverless::Function Events.A.Properties.TimeoutInMillis",
                "t.yaml:17:20 F AWS::Serverless::Function/MSK Events.B",
                "t.yaml:29:14 Q AWS::MQ::Broker ",
            ])
        #expect(
            uncovered[0].description
                == "t.yaml:6:5: the emulator does not act on VpcConfig of F (AWS::Serverless::Function); remove the "
                + "property or continue without it by --allow")
        #expect(
            uncovered[4].description
                == "t.yaml:29:14: the emulator does not know the type AWS::MQ::Broker of Q; remove the resource or "
                + "continue without it by --allow")
    }

    @Test func `a rule for a whole resource makes one entry of it`() throws {
        let broker = Coverage(["AWS::MQ::Broker": ["": .harmless("nobody asks it")]])
        let report = try Stack.load(text: Self.text, file: "t.yaml").report(Self.coverage.merging(broker))
        #expect(
            report.entries.filter { $0.logicalID == "Q" }.map(\.description) == [
                "t.yaml:29:3: Q has no effect here: nobody asks it"
            ])
    }

    @Test func `names what is harmless and what is used`() throws {
        let report = try Stack.load(text: Self.text, file: "t.yaml").report(Self.coverage)
        #expect(
            report.entries.first { $0.path == "Tracing" }?.description
                == "t.yaml:5:5: Tracing of F has no effect here: there is no X-Ray here")
        #expect(report.entries.filter { $0.path == "Runtime" }.map(\.status) == [.used])
        #expect(report.entries.first { $0.path == "EventInvokeConfig.MaximumRetryAttempts" }?.status == .used)
    }

    @Test func `a rule holds for all below its path, and a closer one comes first`() throws {
        let rules: [String: Coverage.Rule] = [
            "BillingMode": .used, "AttributeDefinitions": .used, "KeySchema.*": .used, "Tags.Key": .used,
            "GlobalSecondaryIndexes.IndexName": .used, "GlobalSecondaryIndexes.*.ProjectionType": .used,
        ]
        let report = try Stack.load(text: Self.text, file: "t.yaml").report(Coverage(["AWS::DynamoDB::Table": rules]))
        #expect(
            report.uncovered.filter { $0.logicalID == "T" }.map(\.path) == [
                "GlobalSecondaryIndexes.KeySchema.AttributeName", "GlobalSecondaryIndexes.KeySchema.KeyType",
                "GlobalSecondaryIndexes.Odd", "Tags.Value",
            ])
    }
}
