package import Events
package import Handling
package import LambdaRuntime
import Time

/// Says who may open a connection: who shows a token of the user pool's, in the query, as a browser can send no header
/// with a WebSocket's request (R1, R23).
package struct AuthorizeConnectionHandler: LambdaHandler {
    private let verifier: TokenVerifier
    package init(verifier: TokenVerifier) { self.verifier = verifier }

    /// A token that is not believed is a client's mistake and no failure of the function's, which would raise an alarm.
    package func handle(_ request: ConnectionRequest, context: InvocationContext) async throws -> ConnectionPermit {
        let token = request.queryStringParameters?["token"] ?? ""
        let userID = try await verifier.claims(of: token, at: request.receivedAt)?.subject
        context.count([userID == nil ? "Refused" : "Permitted": 1], by: "AuthorizeConnection")
        return ConnectionPermit(for: userID, methodARN: request.methodArn)
    }
}
