import HTTPTransport
import JSON

/// DynamoDB's protocol: one POST per operation, JSON 1.0 both ways.
///
/// - Note: Source: Amazon DynamoDB Developer Guide, "DynamoDB low-level API"; "Error handling with DynamoDB".
package struct DynamoDBEndpoint: Sendable {
    private let endpoint: ServiceEndpoint

    package init(_ endpoint: ServiceEndpoint) { self.endpoint = endpoint }

    func call(_ operation: String, _ body: [UInt8]) -> CallOutcome {
        let outcome = endpoint.send(
            .init(
                headers: [
                    ("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", "DynamoDB_20120810." + operation),
                ],
                body: body))
        // Every operation answers with an object.
        if case .success(.null) = outcome { return .lost("the answer is no JSON") }
        return outcome
    }
}
