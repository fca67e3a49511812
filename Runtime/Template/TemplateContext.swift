/// Where a stack lives: what the pseudo parameters say.
package struct TemplateContext: Hashable, Sendable {
    package var region: String
    package var accountID: String
    package var stackName: String
    /// The emulator's address without a slash at the end, such as `http://127.0.0.1:4566`.
    package var endpoint: String

    package init(
        region: String = "us-east-1", accountID: String = "000000000000", stackName: String = "bundle",
        endpoint: String = "http://127.0.0.1:4566"
    ) {
        self.region = region
        self.accountID = accountID
        self.stackName = stackName
        self.endpoint = endpoint
    }

    /// The value of a pseudo parameter other than `AWS::NoValue` and `AWS::NotificationARNs`, which are no texts.
    ///
    /// - Note: Source: AWS CloudFormation User Guide, "Pseudo parameters reference".
    func pseudoParameter(_ name: String) -> String? {
        switch name {
        case "AWS::Region": region
        case "AWS::AccountId": accountID
        case "AWS::StackName": stackName
        case "AWS::StackId":
            "arn:aws:cloudformation:\(region):\(accountID):stack/\(stackName)/00000000-0000-0000-0000-000000000000"
        case "AWS::Partition": "aws"
        case "AWS::URLSuffix": "amazonaws.com"
        default: nil
        }
    }

    static let pseudoParameters = [
        "AWS::AccountId", "AWS::NoValue", "AWS::NotificationARNs", "AWS::Partition", "AWS::Region", "AWS::StackId",
        "AWS::StackName", "AWS::URLSuffix",
    ]

    func arn(_ service: String, _ resource: String, region: String? = nil, account: String? = nil) -> String {
        "arn:aws:\(service):\(region ?? self.region):\(account ?? accountID):\(resource)"
    }
}
