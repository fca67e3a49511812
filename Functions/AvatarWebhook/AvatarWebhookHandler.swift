import Domain
package import Events
import Handling
import JSON
package import LambdaRuntime
package import Services
import Webhooks

/// Takes in what is reported of avatars, and moves the profiles forward (R29). The route has no authorizer: the
/// signature over time and body is what counts.
package struct AvatarWebhookHandler: LambdaHandler {
    private let store: any ItemStore
    private let secret: String

    package init(store: any ItemStore, secret: String) {
        self.store = store
        self.secret = secret
    }

    package func handle(_ event: HTTPEvent, context: InvocationContext) async throws -> HTTPReply {
        await answering(by: "AvatarWebhook", context) {
            guard event.routeKey == "POST /webhooks/avatar" else { throw RequestError.routeUnknown }
            let body = try event.bodyBytes()
            do throws(MessageSignature.Failure) {
                try MessageSignature.verify(
                    event.header(MessageSignature.headerName) ?? "", of: body, secret: secret, at: event.receivedAt)
            } catch {
                return HTTPReply(error)
            }
            guard let notice = try event.body(as: AvatarNoticeBody.self).notice else { throw RequestError.field("") }
            return try await record(notice, event, context)
        }
    }

    private func record(
        _ notice: AvatarNotice, _ event: HTTPEvent, _ context: InvocationContext
    ) async throws -> HTTPReply {
        let outcome = try await retryingConflicts { attempt in
            // The write's condition finds what is there.
            var stored: Avatar?
            if case .conflict(let items) = attempt.reason {
                stored = try (items.first ?? nil).map { try Avatar(item: $0) }
            }
            switch decideAvatar(notice, after: stored, at: event.receivedAt) {
            case .forward(let writes):
                try await store.commit(writes, token: attempt.token(context.requestID))
                return "RECORDED"
            case .repeated: return "REPEATED"
            case .superseded: return "SUPERSEDED"
            }
        }
        context.count(["Notices.\(outcome)": 1], by: "AvatarWebhook")
        return HTTPReply(.ok, body: ["outcome": .string(outcome)])
    }
}

extension HTTPReply {
    /// One answer for every notice that is not believed.
    fileprivate init(_ failure: MessageSignature.Failure) {
        let code =
            switch failure {
            case .malformed: "SIGNATURE_MALFORMED"
            case .wrong: "SIGNATURE_WRONG"
            case .tooOld: "SIGNATURE_TOO_OLD"
            }
        self.init(.unauthorized, code: code, message: "This is no notice of ours.")
    }
}
