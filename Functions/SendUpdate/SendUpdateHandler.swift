import Domain
package import Events
import Handling
import JSON
package import LambdaRuntime
package import Services
import Time

/// Takes what an administrator has to say to all who consented (R18). Storing it is sending it: SpreadUpdate follows
/// the table's stream, so that what was accepted goes out, and goes out once.
package struct SendUpdateHandler: LambdaHandler {
    private let store: any ItemStore
    package init(store: any ItemStore) { self.store = store }

    private struct UpdateRequest: Decodable {
        var title: String
        var text: String
    }

    package func handle(_ event: HTTPEvent, context: InvocationContext) async throws -> HTTPReply {
        await answering(by: "SendUpdate", context) {
            guard event.routeKey == "POST /updates" else { throw RequestError.routeUnknown }
            let administratorID = try event.administratorID()
            let request = try event.body(as: UpdateRequest.self)
            let id = derivedID("update", of: administratorID, key: try event.idempotencyKey())
            return try await retryingConflicts { attempt in
                let decision = decideUpdate(
                    UpdateDraft(title: request.title, text: request.text), id: id, by: administratorID,
                    after: try await store.read(Update.self, at: Update.key(id)), at: event.receivedAt)
                switch decision {
                case .refused(let refusal): return HTTPReply(refusal)
                case .accepted(let update, let writes):
                    try await store.commit(writes, token: attempt.token(context.requestID))
                    context.count(["UpdatesAccepted": writes.count], by: "SendUpdate")
                    return HTTPReply(writes.isEmpty ? .ok : .created, body: update.json)
                }
            }
        }
    }
}

extension Update {
    fileprivate var json: JSONObject {
        [
            "updateID": .string(id), "title": .string(title), "text": .string(text),
            "createdAt": .string(createdAt.description),
        ]
    }
}

extension HTTPReply {
    fileprivate init(_ refusal: UpdateRefusal) {
        let status: Status = refusal == .keyReused ? .conflict : .unprocessable
        self.init(status, code: refusal.code.rawValue, message: refusal.message)
    }
}
