import Template

extension TemplateCoverage {
    static let httpAPI = Coverage([
        "AWS::Serverless::HttpApi": [
            "StageName": .used, "CorsConfiguration": .used, "Auth.DefaultAuthorizer": .used,
            "Auth.Authorizers.*.JwtConfiguration": .used, "Auth.Authorizers.*.IdentitySource": .used,
            "Auth.Authorizers.*.AuthorizationScopes": .used,
            "Name": .harmless("it is for people"),
            "Description": .harmless("it is for people"),
            "Tags": .harmless("they are for people"),
            "AccessLogSettings": .harmless("logs go to the terminal"),
            "DisableExecuteApiEndpoint": .harmless("there is no other address here"),
            "DefaultRouteSettings": .harmless("nobody is slowed down here"),
            "RouteSettings": .harmless("nobody is slowed down here"),
        ]
    ])
}
