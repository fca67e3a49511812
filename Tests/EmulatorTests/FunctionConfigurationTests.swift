import Emulator
import Template
import Testing

struct FunctionConfigurationTests {
    static let rows: [(value: String, variable: String)] = [
        ("!Sub https://${Live}.execute-api.${AWS::Region}.${AWS::URLSuffix}/prod", "http://127.0.0.1:9/apis/live/prod"),
        ("!Sub wss://${Live}.execute-api.${AWS::Region}.amazonaws.com/prod", "ws://127.0.0.1:9/apis/live/prod"),
        (
            "!Sub https://${Web}.execute-api.us-east-1.amazonaws.com,https://a.example",
            "http://127.0.0.1:9/apis/web,https://a.example"
        ),
        (
            "https://other.execute-api.us-east-1.amazonaws.com/prod",
            "https://other.execute-api.us-east-1.amazonaws.com/prod"
        ),
    ]

    @Test(arguments: rows) func `functions reach the template's APIs under the names that AWS gives them`(
        value: String, variable: String
    ) throws {
        let stack = try Stack.load(
            text: """
                AWSTemplateFormatVersion: "2010-09-09"
                Transform: AWS::Serverless-2016-10-31
                Resources:
                  Live: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: live, ProtocolType: WEBSOCKET}}
                  Web: {Type: AWS::Serverless::HttpApi}
                  Push:
                    Type: AWS::Serverless::Function
                    Properties:
                      Runtime: provided.al2023
                      Handler: Push
                      CodeUri: .
                      Environment:
                        Variables:
                          ADDRESS: \(value)
                """, file: "t.yaml", context: TemplateContext(endpoint: "http://127.0.0.1:9"))
        let functions = FunctionConfiguration.all(of: stack, executables: "/functions")
        #expect(functions.map(\.environment) == [["ADDRESS": variable]])
    }
}
