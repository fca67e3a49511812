import Domain
package import Events
import Handling
import JSON
package import LambdaRuntime
package import Services

/// The app's open connections: keeps where a user can be reached, and answers what the app sends (R20).
package struct ConnectHandler: LambdaHandler {
    private let store: any ItemStore
    private let connections: any Connections

    package init(store: any ItemStore, connections: any Connections) {
        self.store = store
        self.connections = connections
    }

    package func handle(_ event: WebSocketEvent, context: InvocationContext) async throws -> WebSocketReply {
        guard let userID = event.userID else { return WebSocketReply(statusCode: 401) }
        switch event.requestContext.eventType {
        case .connect: return try await connect(userID, event, context)
        case .disconnect: return try await disconnect(userID, event, context)
        case .message: return try await answer(userID, event, context)
        }
    }

    private func connect(
        _ userID: String, _ event: WebSocketEvent, _ context: InvocationContext
    ) async throws -> WebSocketReply {
        var opening: ConnectionOpening?
        try await retryingConflicts { attempt in
            let decided = decideConnection(
                event.requestContext.connectionId, of: userID, among: try await store.connections(of: userID),
                at: event.receivedAt)
            // None to write: an attempt whose answer was lost has done it, and what it evicted is to be closed still.
            if !decided.writes.isEmpty { opening = decided }
            try await store.commit(decided.writes, token: attempt.token(context.requestID))
        }
        if let evicted = opening?.evicted { await close(evicted, context) }
        context.count(
            ["Connected": opening == nil ? 0 : 1, "Evicted": opening?.evicted == nil ? 0 : 1], by: "Connect")
        return WebSocketReply()
    }

    private func close(_ connectionID: String, _ context: InvocationContext) async {
        do {
            try await connections.close(connectionID)
        } catch {
            // Nobody writes to it any more.
            context.logger.warn("a connection is not closed: \(error)")
        }
    }

    private func disconnect(
        _ userID: String, _ event: WebSocketEvent, _ context: InvocationContext
    ) async throws -> WebSocketReply {
        let id = event.requestContext.connectionId
        let rows = try await store.connections(of: userID)
        if let row = rows.first(where: { $0.connectionID == id }), try await store.remove(row) {
            context.count(["Disconnected": 1], by: "Connect")
        }
        return WebSocketReply()
    }

    private struct Message: Decodable {
        var action: String
        var messageIDs: [String]?
        /// `next` of the page before.
        var after: String?
    }

    /// What the app can act on is an answer; a failure would be none, and the app would wait.
    private func answer(
        _ userID: String, _ event: WebSocketEvent, _ context: InvocationContext
    ) async throws -> WebSocketReply {
        var reply: JSONObject
        do {
            reply = try await act(userID, event, context)
        } catch let error as ServiceError {
            guard let advice = error.advice else { throw error }
            context.logger.warn("an action is not done: \(error)")
            reply = Self.refusal(advice.code, advice.message)
        }
        if let code = reply["code"]?.string { context.countRefusal(code, by: "Connect") }
        return WebSocketReply(body: reply)
    }

    /// `inbox` brings what is unread, `read` marks it, `ping` keeps the connection open.
    private func act(
        _ userID: String, _ event: WebSocketEvent, _ context: InvocationContext
    ) async throws -> JSONObject {
        let inbox = Inbox(of: userID, store: store)
        let message = event.body(as: Message.self)
        var reply: JSONObject = ["type": .string(message?.action ?? "")]
        switch message?.action {
        case "ping": break
        case "inbox":
            let after = message?.after.flatMap { InboxPlace(cursor: $0) }
            guard message?.after == nil || after != nil else {
                return Self.refusal("AFTER_INVALID", "Take what the page before gave as next, or leave it out.")
            }
            for (name, value) in try await inbox.page(unreadOnly: true, after: after, at: event.receivedAt) {
                reply[name] = value
            }
        case "read":
            guard let ids = message?.messageIDs, Inbox.canMark(ids) else {
                return Self.refusal("MESSAGE_IDS_INVALID", "Name 1 to \(Inbox.markedMax) messages, each once.")
            }
            let marked = try await inbox.markRead(ids, at: event.receivedAt, requestID: context.requestID)
            context.count(["MessagesRead": marked], by: "Connect")
            reply["marked"] = .number(JSONNumber(marked))
        default: return Self.refusal("ACTION_UNKNOWN", "Send an action: inbox, read or ping.")
        }
        return reply
    }

    private static func refusal(_ code: String, _ message: String) -> JSONObject {
        ["type": "error", "code": .string(code), "message": .string(message)]
    }
}
