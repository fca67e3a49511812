import HTTPTransport
import Items
package import Machine
package import Services

/// The ports on AWS, or on the emulator in its place.
package struct LiveServices: Sendable {
    package let store: any ItemStore

    /// Reads what Lambda sets (region, credentials) and what the template adds: of each table `Votings` the physical
    /// name in `VOTINGS_TABLE`. `AWS_ENDPOINT_URL_DYNAMODB` or `AWS_ENDPOINT_URL` leads elsewhere.
    ///
    /// - Note: Source: AWS SDKs and Tools Reference Guide, "Service-specific endpoints".
    package static func fromEnvironment() throws(EnvironmentError) -> LiveServices {
        let region = try Environment.requiredText("AWS_REGION")
        let suffix = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        let endpoint = DynamoDBEndpoint(
            url: Environment.text("AWS_ENDPOINT_URL_DYNAMODB") ?? Environment.text("AWS_ENDPOINT_URL")
                ?? "https://dynamodb.\(region).\(suffix)",
            region: region, credentials: try .fromEnvironment(), client: CurlClient(), now: WallClock.now)
        return LiveServices(
            store: DynamoDBStore(endpoint: endpoint) { Environment.text("\($0.rawValue.uppercased())_TABLE") })
    }
}
