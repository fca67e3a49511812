import Domain
package import Events
import Handling
import JSON
package import LambdaRuntime
package import Services

/// A user's own messages, for an app without an open connection (R20).
package struct ReadInboxHandler: LambdaHandler {
    private let store: any ItemStore
    package init(store: any ItemStore) { self.store = store }

    private struct Reading: Decodable {
        var messageIDs: [String]
    }

    package func handle(_ event: HTTPEvent, context: InvocationContext) async throws -> HTTPReply {
        await answering(by: "ReadInbox", context) {
            let inbox = Inbox(of: try event.userID(), store: store)
            switch event.routeKey {
            case "GET /me/inbox":
                let after = event.queryStringParameters?["after"]
                let place = after.flatMap { InboxPlace(cursor: $0) }
                guard after == nil || place != nil else { throw RequestError.parameter("after") }
                return HTTPReply(
                    .ok, body: try await inbox.page(unreadOnly: false, after: place, at: event.receivedAt))
            case "POST /me/inbox/read":
                let ids = try event.body(as: Reading.self).messageIDs
                guard Inbox.canMark(ids) else { throw RequestError.field("messageIDs") }
                let marked = try await inbox.markRead(ids, at: event.receivedAt, requestID: context.requestID)
                context.count(["MessagesRead": marked], by: "ReadInbox")
                return HTTPReply(.ok, body: ["marked": .number(JSONNumber(marked))])
            default: throw RequestError.routeUnknown
            }
        }
    }
}
