package import HTTPTransport
import JSON
import Machine
package import Time

/// DynamoDB's protocol: one POST per operation, JSON 1.0 both ways.
///
/// - Note: Source: Amazon DynamoDB Developer Guide, "DynamoDB low-level API"; "Error handling with DynamoDB".
package struct DynamoDBEndpoint: Sendable {
    /// What came of one try.
    enum Outcome {
        case success(JSONValue)
        /// Refused with that error; its members are in the value.
        case refused(error: String, JSONValue)
        /// Not done; the same may work later.
        case busy(String)
        /// The service failed in the middle: done or not, nobody knows.
        case failed(String)
        /// The answer was lost.
        case lost(String)
        /// The service was not reached.
        case unreached(String)
    }

    private let url: String
    private let host: String
    private let client: any HTTPClient
    private let signer: RequestSigner
    private let now: @Sendable () -> Timestamp

    /// - Parameter url: `https://dynamodb.eu-central-1.amazonaws.com`, without a path.
    package init(
        url: String, region: String, credentials: Credentials, client: any HTTPClient,
        now: @escaping @Sendable () -> Timestamp
    ) {
        let url = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.url = url + "/"
        host = Self.host(of: url)
        self.client = client
        signer = RequestSigner(service: "dynamodb", region: region, credentials: credentials)
        self.now = now
    }

    /// Host and port, without a port that is the scheme's own.
    private static func host(of url: String) -> String {
        for (scheme, port) in [("https://", ":443"), ("http://", ":80")] where url.hasPrefix(scheme) {
            let host = url.dropFirst(scheme.count)
            return String(host.hasSuffix(port) ? host.dropLast(port.count) : host)
        }
        return url
    }

    func call(_ operation: String, _ body: [UInt8]) -> Outcome {
        let headers: [(name: String, value: String)] = [
            ("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", "DynamoDB_20120810." + operation),
        ]
        let unsigned = UnsignedRequest("POST", host: host, headers: headers, body: body)
        var signed = signer.headers(signing: unsigned, at: now())
        // As AWS's own SDKs do in a function, so that what follows can be told from other work, and loops be stopped; not
        // signed, for whoever passes a request on may change it.
        if let trace = Environment.text("_X_AMZN_TRACE_ID") { signed.append(("X-Amzn-Trace-Id", trace)) }
        let request = HTTPRequest(.post, url, headers: signed, body: body)
        do throws(HTTPError) {
            return Self.outcome(try client.send(request))
        } catch {
            switch error {
            case .notSent(let why): return .unreached(why)
            case .outcomeUnknown(let why): return .lost(why)
            case .responseTooLarge: return .lost(error.description)
            }
        }
    }

    private static func outcome(_ response: HTTPResponse) -> Outcome {
        let body = try? parseJSON(response.body)
        switch (response.status, body) {
        case (200, let body?): return .success(body)
        case (200, nil): return .lost("the answer is no JSON")
        case (503, _): return .busy("ServiceUnavailable")
        case (500..., _): return .failed("status \(response.status)")
        default: break
        }
        // `com.amazonaws.dynamodb.v20120810#ThrottlingException`
        let type = body?["__type"]?.string ?? ""
        let error = type.split(separator: "#").last.map(String.init) ?? "status \(response.status)"
        return busyErrors.contains(error) ? .busy(error) : .refused(error: error, body ?? .null)
    }

    private static let busyErrors: Set = [
        "ProvisionedThroughputExceededException", "RequestLimitExceeded", "ReplicatedWriteConflictException",
        "ThrottlingException", "TransactionConflictException", "TransactionInProgressException",
    ]
}
