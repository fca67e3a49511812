import Template

extension TemplateCoverage {
    static let webSocketAPI = Coverage([
        "AWS::ApiGatewayV2::Api": [
            "ProtocolType": .used, "RouteSelectionExpression": .used,
            "Name": .harmless("it is for people"), "Description": .harmless("it is for people"),
            "Tags": .harmless("they are for people"),
            "DisableExecuteApiEndpoint": .harmless("there is no other address here"),
            "IpAddressType": .harmless("the emulator listens on this machine alone"),
        ],
        "AWS::ApiGatewayV2::Route": [
            "ApiId": .used, "RouteKey": .used, "Target": .used, "AuthorizationType": .used, "AuthorizerId": .used,
            "RouteResponseSelectionExpression": .used, "OperationName": .harmless("it is for people"),
        ],
        "AWS::ApiGatewayV2::RouteResponse": ["ApiId": .used, "RouteId": .used, "RouteResponseKey": .used],
        "AWS::ApiGatewayV2::Integration": [
            "ApiId": .used, "IntegrationType": .used, "IntegrationUri": .used, "TimeoutInMillis": .used,
            "IntegrationMethod": .harmless("functions are always invoked by POST"),
            "ConnectionType": .harmless("functions are reached on this machine"),
            "CredentialsArn": .harmless("every call is allowed here"),
            "Description": .harmless("it is for people"),
        ],
        "AWS::ApiGatewayV2::Authorizer": [
            "ApiId": .used, "AuthorizerType": .used, "AuthorizerUri": .used, "IdentitySource": .used,
            "Name": .harmless("it is for people"),
            "AuthorizerCredentialsArn": .harmless("every call is allowed here"),
        ],
        "AWS::ApiGatewayV2::Stage": [
            "ApiId": .used, "StageName": .used, "StageVariables": .used,
            "AutoDeploy": .harmless("the template is what is deployed"),
            "DeploymentId": .harmless("the template is what is deployed"),
            "Description": .harmless("it is for people"), "Tags": .harmless("they are for people"),
            "DefaultRouteSettings": .harmless("nobody is slowed down here"),
            "RouteSettings": .harmless("nobody is slowed down here"),
            "AccessLogSettings": .harmless("logs go to the terminal"),
        ],
        "AWS::ApiGatewayV2::Deployment": [
            "ApiId": .harmless("the template is what is deployed"),
            "StageName": .harmless("the template is what is deployed"),
            "Description": .harmless("it is for people"),
        ],
        "AWS::Lambda::Permission": ["*": .harmless("the services here may call every function")],
    ])
}
