import Domain
package import Events
import Handling
import JSON
package import LambdaRuntime
package import Services
import Time

/// Registers users to votings of which they want to be alerted, and takes them off again (R19).
package struct RegisterForVotingHandler: LambdaHandler {
    private let store: any ItemStore
    package init(store: any ItemStore) { self.store = store }

    package func handle(_ event: HTTPEvent, context: InvocationContext) async throws -> HTTPReply {
        await answering(by: "RegisterForVoting", context) {
            switch event.routeKey {
            case "POST /votings/{votingID}/registration":
                try await change(event, context) { userID, voting, earlier in
                    decideRegistration(of: userID, in: voting, after: earlier, at: event.receivedAt)
                }
            case "DELETE /votings/{votingID}/registration":
                try await change(event, context) { userID, voting, earlier in
                    decideUnregistration(of: userID, from: voting, after: earlier, at: event.receivedAt)
                }
            default: throw RequestError.routeUnknown
            }
        }
    }

    private func change(
        _ event: HTTPEvent, _ context: InvocationContext,
        decide: (String, Voting?, Participation?) -> Decision<Timestamp?, RegistrationRefusal>
    ) async throws -> HTTPReply {
        let userID = try event.userID()
        let votingID = try event.pathParameter("votingID")
        return try await retryingConflicts { attempt in
            let items = try await store.items(at: [
                Voting.key(votingID), Participation.key(of: userID, in: votingID),
            ])
            let decision = decide(
                userID, try items[0].map { try Voting(item: $0) }, try items[1].map { try Participation(item: $0) })
            switch decision {
            case .refused(let refusal): return HTTPReply(refusal)
            case .accepted(let since, let writes):
                try await store.commit(writes, token: attempt.token(context.requestID))
                context.count(
                    [since == nil ? "Unregistrations" : "Registrations": writes.count], by: "RegisterForVoting")
                return HTTPReply(
                    since == nil || writes.isEmpty ? .ok : .created,
                    body: [
                        "votingID": .string(votingID), "registeredAt": since.map { .string($0.description) } ?? .null,
                    ])
            }
        }
    }
}

extension HTTPReply {
    fileprivate init(_ refusal: RegistrationRefusal) {
        let (status, details): (Status, JSONObject) =
            switch refusal {
            case .votingUnknown: (.notFound, [:])
            case .cancelled: (.conflict, [:])
            case .ended(let endsAt): (.conflict, ["endsAt": .string(endsAt.description)])
            }
        self.init(status, code: refusal.code.rawValue, message: refusal.message, details: details)
    }
}
