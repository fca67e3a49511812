package import JSON
package import Time

/// What comes with an event besides its payload.
///
/// - Note: Source: AWS Lambda Developer Guide, "Using the Lambda runtime API", Next invocation.
package struct InvocationContext: Sendable {
    package var requestID: String
    /// When the function is killed, by the wall clock.
    package var deadline: Timestamp
    /// The instant by which rules without a gateway's time are judged: the wall clock when the event came in, or the
    /// emulator's clock where it is sent along.
    package var receivedAt: Timestamp
    package var traceID: String?
    package var invokedFunctionARN: String
    /// What an AWS mobile SDK sends about its application and device.
    package var clientContext: JSONValue?
    package var cognitoIdentity: JSONValue?
    /// Set for functions with tenant isolation only.
    package var tenantID: String?
    package var logger: Logger

    package init(
        requestID: String, deadline: Timestamp, receivedAt: Timestamp, traceID: String? = nil,
        invokedFunctionARN: String = "", clientContext: JSONValue? = nil, cognitoIdentity: JSONValue? = nil,
        tenantID: String? = nil, logger: Logger = .discarding
    ) {
        self.requestID = requestID
        self.deadline = deadline
        self.receivedAt = receivedAt
        self.traceID = traceID
        self.invokedFunctionARN = invokedFunctionARN
        self.clientContext = clientContext
        self.cognitoIdentity = cognitoIdentity
        self.tenantID = tenantID
        self.logger = logger
    }
}
