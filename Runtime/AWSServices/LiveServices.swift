import HTTPTransport
import Items
package import Machine
package import Services

/// The ports on AWS, or on the emulator in its place. Each is made when it is asked for, so that a function starts with
/// those it uses alone.
package struct LiveServices: Sendable {
    private let region: String
    private let credentials: Credentials
    /// Shared, as are its connections.
    private let client = CurlClient()
    private let clock = SigningClock()

    /// Reads what Lambda sets: region and credentials.
    package static func fromEnvironment() throws(EnvironmentError) -> LiveServices {
        LiveServices(region: try Environment.requiredText("AWS_REGION"), credentials: try .fromEnvironment())
    }

    private init(region: String, credentials: Credentials) {
        self.region = region
        self.credentials = credentials
    }

    /// The tables: of each table `Votings` the template puts the physical name in `VOTINGS_TABLE`.
    package var store: any ItemStore { dynamoDB }

    /// The same tables, for who reads them whole.
    package var tables: any TableScanner { dynamoDB }

    private var dynamoDB: DynamoDBStore {
        DynamoDBStore(endpoint: DynamoDBEndpoint(endpoint("dynamodb"))) {
            Environment.text("\($0.rawValue.uppercased())_TABLE")
        }
    }

    /// The buckets: of each bucket `Avatars` the template puts the physical name in `AVATARS_BUCKET`.
    package var objects: any ObjectStore {
        S3Store(
            endpoint: S3Endpoint(
                url: Environment.text("AWS_ENDPOINT_URL_S3") ?? Environment.text("AWS_ENDPOINT_URL"), region: region,
                credentials: credentials, client: client, clock: clock)
        ) { Environment.text("\($0.rawValue.uppercased())_BUCKET") }
    }

    /// The queue whose address the template puts in the variable `name`.
    package func queue(_ name: String) throws(EnvironmentError) -> any MessageQueue {
        SQSQueue(endpoint: endpoint("sqs"), url: try Environment.requiredText(name))
    }

    /// The bus whose name the template puts in `EVENT_BUS`.
    package func eventBus() throws(EnvironmentError) -> any EventBus {
        EventBridgeBus(
            endpoint: endpoint("events", in: "EVENTBRIDGE"), name: try Environment.requiredText("EVENT_BUS"))
    }

    /// The schedules of the group in `SCHEDULE_GROUP`, carried out by the role in `SCHEDULE_ROLE`; calls that are given
    /// up end in the queue whose ARN is in `SCHEDULE_DEAD_LETTERS`.
    package func scheduler() throws(EnvironmentError) -> any Scheduler {
        EventBridgeScheduler(
            endpoint: endpoint("scheduler"), group: try Environment.requiredText("SCHEDULE_GROUP"),
            roleARN: try Environment.requiredText("SCHEDULE_ROLE"),
            deadLettersARN: try Environment.requiredText("SCHEDULE_DEAD_LETTERS"))
    }

    /// The connections of the WebSocket API whose stage's address, with `https`, is in `SOCKETS_URL`.
    package func connections() throws(EnvironmentError) -> any Connections {
        let own = try Environment.requiredText("SOCKETS_URL")
        return APIGatewayConnections(
            endpoint: endpoint("apigatewaymanagementapi", signedAs: "execute-api", orAt: own))
    }

    /// The public keys of the user pool whose id is in `USER_POOL`.
    package func userPoolKeys() throws(EnvironmentError) -> any KeySource {
        let pool = try Environment.requiredText("USER_POOL")
        let url = url(of: "cognito-idp", in: "COGNITO_IDENTITY_PROVIDER")
        return UserPoolKeys(url: (url.hasSuffix("/") ? String(url.dropLast()) : url) + "/" + pool, client: client)
    }

    private func endpoint(
        _ service: String, in variable: String? = nil, signedAs signedName: String? = nil, orAt own: String? = nil
    ) -> ServiceEndpoint {
        ServiceEndpoint(
            service: signedName ?? service, url: url(of: service, in: variable ?? service.uppercased(), orAt: own),
            region: region, credentials: credentials, client: client, clock: clock)
    }

    /// Where a service is: at `AWS_ENDPOINT_URL_<SERVICE>`, at `AWS_ENDPOINT_URL`, or where AWS has it.
    ///
    /// - Note: Source: AWS SDKs and Tools Reference Guide, "Service-specific endpoints".
    private func url(of service: String, in variable: String, orAt own: String? = nil) -> String {
        let suffix = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        return Environment.text("AWS_ENDPOINT_URL_\(variable)") ?? Environment.text("AWS_ENDPOINT_URL") ?? own
            ?? "https://\(service).\(region).\(suffix)"
    }
}
