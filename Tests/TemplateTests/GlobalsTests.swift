import Template
import Testing

struct GlobalsTests {
    @Test func `merges maps, joins lists and replaces the rest`() throws {
        let stack = try Stack.load(
            text: """
                Globals:
                  Function:
                    Runtime: provided.al2023
                    Handler: shared
                    Layers: [one]
                    Tags: { a: global, b: global }
                    Environment: { Variables: { A1: "1", B1: !Sub "${AWS::Region}" } }
                    DeadLetterQueue: { Type: SQS, TargetArn: !Ref Q }
                Resources:
                  Q: { Type: AWS::SNS::Topic }
                  F:
                    Type: AWS::Serverless::Function
                    Properties:
                      Handler: own
                      Layers: [two]
                      Tags: { b: own, c: own }
                      Environment: { Variables: { B1: "2", C1: "3" } }
                  G: { Type: AWS::Serverless::Function }
                  H:
                    Type: AWS::Serverless::Function
                    IgnoreGlobals: [Environment, Tags]
                  I:
                    Type: AWS::Serverless::Function
                    IgnoreGlobals: "*"
                    Properties: { Runtime: x, Handler: y }
                """, file: "t.yaml")
        let f = try #require(stack.function("F"))
        #expect(f.handler == "own" && f.runtime == "provided.al2023")
        #expect(f.environment == ["A1": "1", "B1": "2", "C1": "3"])
        #expect(f.properties["Layers"]?.list?.map(\.text) == ["one", "two"])
        #expect(
            f.properties["Tags"]?.map?.map { "\($0.name)=\($0.value.text ?? "")" } == ["a=global", "b=own", "c=own"])
        #expect(f.deadLetterQueue?["TargetArn"]?.text == "arn:aws:sns:us-east-1:000000000000:bundle-Q")
        // A property's place is where its value was written.
        #expect(f.properties["Handler"]?.position.line == 14 && f.properties["Runtime"]?.position.line == 3)
        let g = try #require(stack.function("G"))
        #expect(g.environment == ["A1": "1", "B1": "us-east-1"] && g.handler == "shared")
        let h = try #require(stack.function("H"))
        #expect(h.environment.isEmpty && h.properties["Tags"] == nil && h.handler == "shared")
        let i = try #require(stack.function("I"))
        #expect(i.properties.map?.map(\.name) == ["Runtime", "Handler"])
    }

    @Test func `makes an API for events that name none`() throws {
        let stack = try Stack.load(
            text: """
                Resources:
                  F:
                    Type: AWS::Serverless::Function
                    Properties: { Runtime: x, Handler: x, Events: { Any: { Type: HttpApi }, Get: { Type: HttpApi,
                      Properties: { Path: "/a/{b+}", Method: any, PayloadFormatVersion: "1.0", TimeoutInMillis: 50 } } } }
                Outputs:
                  Address: { Value: !Sub "https://${ServerlessHttpApi}.example" }
                  Role: { Value: !GetAtt FRole.Arn }
                """, file: "t.yaml")
        #expect(stack.httpAPIs.map(\.logicalID) == ["ServerlessHttpApi"])
        #expect(stack.httpAPIs[0].routes.map { "\($0.method) \($0.path)" } == [" $default", "ANY /a/{b+}"])
        #expect(stack.httpAPIs[0].routes[1].payloadFormatVersion == "1.0")
        #expect(stack.httpAPIs[0].routes[1].timeoutMilliseconds == 50)
        #expect(stack.outputs["Address"] == "https://serverlesshttpapi.example")
        #expect(stack.outputs["Role"] == "arn:aws:iam::000000000000:role/bundle-FRole")
    }

    @Test func `decides conditions`() throws {
        func made(_ condition: String) throws -> Bool {
            let stack = try Stack.load(
                text: """
                    Parameters: { P: { Type: String, Default: x }, L: { Type: CommaDelimitedList, Default: "a,b" } }
                    Conditions: { Yes: !Equals [!Ref P, x], No: !Equals [!Ref P, "y"], C: \(condition) }
                    Resources:
                      A: { Type: AWS::SNS::Topic, Condition: C }
                      B: { Type: AWS::SNS::Topic }
                    """, file: "t.yaml")
            return stack.resource("A") != nil
        }
        let yes = [
            "!Condition Yes", "{ Condition: Yes }", "!And [!Condition Yes, !Not [!Condition No]]",
            "!Or [!Condition No, !Condition Yes]", "!Equals [1, '1']", "!Equals [!Ref L, [a, b]]",
            "!Equals [!Select [1, !Ref L], b]", "{ Fn::Equals: [a, a] }", "!Equals [!Sub '${P}-', x-]",
            "!Equals [!Ref AWS::Partition, aws]",
        ]
        for condition in yes {
            #expect(try made(condition), "\(condition)")
            #expect(try !made("!Not [\(condition)]"), "not \(condition)")
        }
    }
}
