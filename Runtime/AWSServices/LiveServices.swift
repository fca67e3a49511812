import Glibc
import HTTPTransport
import Items
package import Services
import Time

/// The ports on AWS, or on the emulator in its place.
package struct LiveServices: Sendable {
    package let store: any ItemStore

    /// Reads what Lambda sets (region, credentials) and what the template adds: of each table `Votings` the physical
    /// name in `VOTINGS_TABLE`. `AWS_ENDPOINT_URL_DYNAMODB` or `AWS_ENDPOINT_URL` leads elsewhere.
    ///
    /// - Note: Source: AWS SDKs and Tools Reference Guide, "Service-specific endpoints".
    package static func fromEnvironment() throws(EnvironmentError) -> LiveServices {
        let region = try requiredEnvironment("AWS_REGION")
        let suffix = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        let endpoint = DynamoDBEndpoint(
            url: environment("AWS_ENDPOINT_URL_DYNAMODB") ?? environment("AWS_ENDPOINT_URL")
                ?? "https://dynamodb.\(region).\(suffix)",
            region: region, credentials: try .fromEnvironment(), client: CurlClient(), now: wallClock)
        return LiveServices(
            store: DynamoDBStore(endpoint: endpoint) { environment("\($0.rawValue.uppercased())_TABLE") })
    }
}

/// Signatures carry the machine's time.
@Sendable private func wallClock() -> Timestamp {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Timestamp(milliseconds: Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000)
}
