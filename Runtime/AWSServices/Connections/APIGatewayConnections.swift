import HTTPTransport
import JSON
package import Services

/// The connections of one WebSocket API on API Gateway, or on whatever speaks its protocol.
///
/// - Note: Source: Amazon API Gateway Management API, PostToConnection, DeleteConnection; Developer Guide, "Use
///   @connections commands in your backend service".
package struct APIGatewayConnections: Connections {
    private let endpoint: ServiceEndpoint
    private let retries: RetryPolicy

    /// - Parameter endpoint: leads to the API's stage.
    package init(endpoint: ServiceEndpoint, retries: RetryPolicy = RetryPolicy()) {
        self.endpoint = endpoint
        self.retries = retries
    }

    /// Goes on after what surely sent nothing, and only then.
    package func post(_ text: String, to connectionID: String) async throws(ServiceError) -> PushOutcome {
        let call = ServiceEndpoint.Call(
            path: path(connectionID), headers: [("Content-Type", "text/plain; charset=utf-8")], body: Array(text.utf8))
        var attempt = 1
        while true {
            let error: ServiceError
            switch endpoint.send(call) {
            case .success: return .sent
            case .refused("GoneException", _), .refused("status 410", _): return .gone
            case .refused(let name, let answer): throw .rejection("PostToConnection", name, answer)
            case .failed(let why), .lost(let why): throw .unknownOutcome("PostToConnection: \(why)")
            case .busy: error = .throttled
            case .unreached(let why): error = .unavailable("PostToConnection: \(why)")
            }
            guard await retries.goesOn(after: attempt) else { throw error }
            attempt += 1
        }
    }

    package func close(_ connectionID: String) async throws(ServiceError) {
        let call = ServiceEndpoint.Call(method: .delete, path: path(connectionID))
        switch try await retries.answer(to: "DeleteConnection", { endpoint.send(call) }) {
        case .success, .refused("GoneException", _), .refused("status 410", _): return
        case .refused(let name, let answer): throw .rejection("DeleteConnection", name, answer)
        }
    }

    private func path(_ connectionID: String) -> String { "/@connections/" + connectionID }
}
