import JSON
import NIOCore
import Time

/// A client of a WebSocket API, from its request to connect to its end.
final class WebSocketConnection {
    let id: String
    let event: WebSocketEventBuilder
    /// Messages follow the trace that began with the connection.
    let trace: String
    /// What hears it: another one once the template has changed.
    var api: WebSocketAPI
    /// nil until `$connect` has been answered and the socket is open.
    var handle: WebSocketHandle?
    var lastActiveAt: Timestamp
    var hasEnded = false
    /// Messages whose functions are at work.
    var messagesInHand = 0

    init(id: String, event: WebSocketEventBuilder, trace: String, api: WebSocketAPI) {
        self.api = api
        self.id = id
        self.event = event
        self.trace = trace
        lastActiveAt = event.connectedAt
    }

    var connectedAt: Timestamp { event.connectedAt }

    /// When the gateway ends it if nothing more is heard.
    var due: Timestamp {
        min(lastActiveAt + WebSocketQuotas.idleMax, connectedAt + WebSocketQuotas.connectionMax)
    }

    /// A socket is open and the client has not been told goodbye.
    var isOpen: Bool { handle != nil && !hasEnded }
}
