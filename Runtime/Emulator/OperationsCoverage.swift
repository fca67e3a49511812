import Template

extension TemplateCoverage {
    private static let names: Coverage.Rule = .harmless("names lead to AWS; the emulator is at its own address")
    private static let metrics: Coverage.Rule = .harmless(
        "metrics stand in the functions' logs, and nobody watches them")
    private static let topics: Coverage.Rule = .harmless("no service here publishes to topics")

    /// What surrounds an application on AWS: whoever watches it, pays for it and stands before it. No function can tell
    /// whether they are there.
    static let operations = Coverage([
        "AWS::Budgets::Budget": ["": .harmless("there is no bill here")],
        "AWS::CloudWatch::Alarm": ["": metrics],
        "AWS::CloudWatch::CompositeAlarm": ["": metrics],
        "AWS::CloudWatch::Dashboard": ["": metrics],
        "AWS::Logs::LogGroup": ["": .harmless("logs go to the terminal")],
        "AWS::SNS::Subscription": ["": topics],
        "AWS::SNS::Topic": ["": topics],
        "AWS::ApiGatewayV2::ApiMapping": ["": names],
        "AWS::ApiGatewayV2::DomainName": ["": names],
        "AWS::CloudFront::Distribution": ["": names],
        "AWS::Route53::HealthCheck": ["": names],
        "AWS::Route53::RecordSet": ["": names],
        "AWS::Route53::RecordSetGroup": ["": names],
    ])
}
