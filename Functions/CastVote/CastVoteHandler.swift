import Domain
package import Events
import Handling
import JSON
package import LambdaRuntime
package import Services
import Time

/// Records the votes that users send, and tells them what they voted (R1–R3, R11, R14, R16).
package struct CastVoteHandler: LambdaHandler {
    private let store: any ItemStore
    private let votings: VotingCache

    package init(store: any ItemStore) {
        self.store = store
        votings = VotingCache(store: store)
    }

    package func handle(_ event: HTTPEvent, context: InvocationContext) async throws -> HTTPReply {
        await answering(by: "CastVote", context) {
            switch event.routeKey {
            case "POST /votings/{votingID}/vote": try await cast(event, context)
            case "GET /votings/{votingID}/vote": try await show(event)
            default: throw RequestError.routeUnknown
            }
        }
    }

    private struct VoteRequest: Decodable {
        var optionID: String
    }

    private func cast(_ event: HTTPEvent, _ context: InvocationContext) async throws -> HTTPReply {
        let ballot = Ballot(
            votingID: try event.pathParameter("votingID"), userID: try event.userID(),
            optionID: try event.body(as: VoteRequest.self).optionID, requestID: event.requestContext.requestId)
        return try await retryingConflicts { attempt in
            switch try await decide(ballot, attempt, at: event.receivedAt) {
            case .refused(let refusal): return HTTPReply(refusal)
            case .accepted(let receipt, let writes):
                try await store.commit(writes, token: attempt.token(context.requestID))
                context.count(
                    [
                        "Votes": writes.isEmpty ? 0 : 1, "CreditsSpent": writes.isEmpty ? 0 : receipt.creditsSpent,
                        "VotesConfirmedAgain": writes.isEmpty ? 1 : 0,
                    ], by: "CastVote")
                return HTTPReply(writes.isEmpty ? .ok : .created, body: receipt.json)
            }
        }
    }

    /// Decides on as few reads as will do: a vote that counts needs the voting alone, for the conditions of its writes
    /// check the rest; a double click is told by what its own failed write found.
    private func decide(
        _ ballot: Ballot, _ attempt: Attempt, at now: Timestamp
    ) async throws -> Decision<VoteReceipt, VoteRefusal> {
        switch attempt.reason {
        case .first:
            let voting = try await votings.voting(ballot.votingID, at: now)
            let decision = decideVote(ballot, in: voting, after: nil, credits: nil, at: now)
            if decision.refusal == nil { return decision }
        case .conflict(let stored):
            if let item = stored.first ?? nil {
                let voting = try await votings.voting(ballot.votingID, at: now)
                return decideVote(ballot, in: voting, after: try Participation(item: item), credits: nil, at: now)
            }
        case .lostAnswer: break
        }
        let items = try await store.items(at: [
            Voting.key(ballot.votingID), Participation.key(of: ballot.userID, in: ballot.votingID),
            Balance.key(of: ballot.userID),
        ])
        return decideVote(
            ballot, in: try items[0].map { try Voting(item: $0) },
            after: try items[1].map { try Participation(item: $0) },
            credits: try items[2].map { try Balance(item: $0) }?.credits ?? 0, at: now)
    }

    /// The truth for a voter who lost our confirmation (R3).
    private func show(_ event: HTTPEvent) async throws -> HTTPReply {
        let votingID = try event.pathParameter("votingID")
        let items = try await store.items(at: [
            Voting.key(votingID), Participation.key(of: try event.userID(), in: votingID),
        ])
        guard let voting = try items[0].map({ try Voting(item: $0) }) else {
            return HTTPReply(VoteRefusal.votingUnknown)
        }
        let vote = try items[1].map { try Participation(item: $0) }?.vote
        return HTTPReply(
            .ok,
            body: [
                "votingID": .string(votingID), "vote": vote.map { .object(VoteReceipt($0, in: voting).json) } ?? .null,
            ])
    }
}

extension VoteReceipt {
    fileprivate var json: JSONObject {
        [
            "votingID": .string(votingID), "optionID": .string(optionID), "votedAt": .string(votedAt.description),
            "creditsSpent": .number(JSONNumber(creditsSpent)),
        ]
    }
}

extension HTTPReply {
    fileprivate init(_ refusal: VoteRefusal) {
        let (status, details): (Status, JSONObject) =
            switch refusal {
            case .votingUnknown: (.notFound, [:])
            case .alreadyVoted(let vote):
                (.conflict, ["optionID": .string(vote.optionID), "votedAt": .string(vote.votedAt.description)])
            case .cancelled: (.conflict, [:])
            case .notStarted(let startsAt): (.conflict, ["startsAt": .string(startsAt.description)])
            case .ended(let endsAt): (.conflict, ["endsAt": .string(endsAt.description)])
            case .optionUnknown: (.unprocessable, [:])
            case .noCredits: (.paymentRequired, [:])
            }
        self.init(status, code: refusal.code.rawValue, message: refusal.message, details: details)
    }
}
