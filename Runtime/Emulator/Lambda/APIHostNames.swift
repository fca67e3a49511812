import Template

/// The host names that the template's APIs have on AWS, as functions are told of them by
/// `!Sub https://${Api}.execute-api.${AWS::Region}.amazonaws.com/prod`: here they would lead to AWS.
struct APIHostNames {
    private let addresses: [(name: String, local: String)]

    init(of stack: Stack) {
        let endpoint = stack.context.endpoint
        let secure = ["http": "https", "ws": "wss"]
        addresses = stack.resources.filter { Self.types.contains($0.type) }.flatMap { api in
            secure.map { local, scheme in
                (
                    "\(scheme)://\(api.reference).execute-api.\(stack.context.region).amazonaws.com",
                    "\(local)\(endpoint.dropFirst("http".count))\(APIAddress.pathPrefix)\(api.reference)"
                )
            }
        }
    }

    private static let types: Set<String> = ["AWS::Serverless::HttpApi", "AWS::ApiGatewayV2::Api"]

    /// - Parameter text: the value of a function's variable, with any number of such addresses.
    func replaced(in text: String) -> String {
        guard text.contains(".execute-api.") else { return text }
        return addresses.reduce(text) { $0.replacing($1.name, with: $1.local) }
    }
}
