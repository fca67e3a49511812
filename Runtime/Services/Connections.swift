/// The open WebSocket connections of clients.
package protocol Connections: Sendable {
    /// Sends a text to a client, at most once.
    ///
    /// - Parameter text: 1...131,072 bytes of UTF-8, API Gateway's quota; `.rejected` beyond.
    /// - Returns: `.gone` if there is no such connection any more: it never comes back.
    /// - Throws: `.throttled` and `.unavailable` if nothing was sent, `.unknownOutcome` if the answer was lost: the
    ///   client may have the text, so it is not sent again. `.rejected` if it can't be sent as it stands.
    /// - Note: Source: Amazon API Gateway Management API, PostToConnection.
    func post(_ text: String, to connectionID: String) async throws(ServiceError) -> PushOutcome

    /// Closes a connection; it is no error if it is gone.
    ///
    /// - Throws: `.throttled`, `.unavailable`, `.unknownOutcome` if the same may work later, `.rejected`.
    func close(_ connectionID: String) async throws(ServiceError)
}

package enum PushOutcome: Hashable, Sendable {
    case sent
    case gone
}
