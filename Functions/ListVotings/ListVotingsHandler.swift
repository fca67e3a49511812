import Domain
package import Events
import Handling
import JSON
package import LambdaRuntime
package import Services
import Time

/// Shows the votings that have not ended (R5, R6, R15), and any voting by its id, with how the votes stand.
package struct ListVotingsHandler: LambdaHandler {
    private let store: any ItemStore
    package init(store: any ItemStore) { self.store = store }

    package func handle(_ event: HTTPEvent, context: InvocationContext) async throws -> HTTPReply {
        await answering(by: "ListVotings", context) {
            switch event.routeKey {
            case "GET /votings": return try await list(VotingFilter(), at: event.receivedAt)
            case "GET /me/votings":
                let filter = try await store.read(VotingFilter.self, at: VotingFilter.key(of: event.userID()))
                return try await list(filter ?? VotingFilter(), at: event.receivedAt)
            case "GET /votings/{votingID}":
                let id = try event.pathParameter("votingID")
                guard let voting = try await store.read(Voting.self, at: Voting.key(id)) else {
                    return refused(.votingUnknown, .notFound)
                }
                return HTTPReply(.ok, body: voting.json(at: event.receivedAt))
            case "GET /votings/{votingID}/results": return try await results(event, context)
            default: throw RequestError.routeUnknown
            }
        }
    }

    /// How the votes stand: the final count if there is one, until then the tally, which a vote reaches within a second
    /// or so. Anybody may see it while the voting is open, as the wall in the hall does.
    private func results(_ event: HTTPEvent, _ context: InvocationContext) async throws -> HTTPReply {
        let id = try event.pathParameter("votingID")
        let items = try await store.items(at: [Voting.key(id), FinalCount.key(of: id)])
        guard let voting = try items[0].map({ try Voting(item: $0) }) else {
            return refused(.votingUnknown, .notFound)
        }
        guard voting.cancelledAt == nil else { return refused(.cancelled, .conflict) }
        let final = try items[1].map { try FinalCount(item: $0) }
        let votes: [String: Int]
        if let final { votes = final.votes } else { votes = try await VoteTally.votes(of: id, in: store) }
        context.count([final == nil ? "LiveResultsShown" : "FinalResultsShown": 1], by: "ListVotings")
        return HTTPReply(.ok, body: voting.json(of: votes, final, at: event.receivedAt))
    }

    private func refused(_ refusal: VoteRefusal, _ status: HTTPReply.Status) -> HTTPReply {
        HTTPReply(status, code: refusal.code.rawValue, message: refusal.message)
    }

    /// The calendar bounds how many there are.
    private func list(_ filter: VotingFilter, at now: Timestamp) async throws -> HTTPReply {
        var votings: [Voting] = []
        for kind in filter.kinds {
            var query = ItemQuery(
                .votings, index: Voting.listingIndex, partition: Voting.listing(of: kind),
                sort: .from(Voting.listingStart(at: now)), limit: VotingCalendar.windowsMax)
            repeat {
                let page = try await store.query(query)
                for item in page.items { votings.append(try Voting(item: item)) }
                query.after = page.next
            } while query.after != nil && votings.count < VotingCalendar.windowsMax
        }
        votings.sort { ($0.window.startsAt, $0.window.endsAt, $0.id) < ($1.window.startsAt, $1.window.endsAt, $1.id) }
        return HTTPReply(
            .ok,
            body: [
                "serverTime": .string(now.description),
                "votings": .array(votings.map { .object($0.json(at: now)) }),
            ])
    }
}

extension Voting {
    /// The votes of every option, in the voting's order.
    fileprivate func json(of votes: [String: Int], _ final: FinalCount?, at now: Timestamp) -> JSONObject {
        [
            "votingID": .string(id), "phase": .string(phase(at: now).rawValue), "serverTime": .string(now.description),
            "isFinal": .bool(final != nil), "countedAt": final.map { .string($0.countedAt.description) } ?? .null,
            "options": .array(
                options.map {
                    [
                        "id": .string($0.id), "title": .string($0.title),
                        "votes": .number(JSONNumber(votes[$0.id] ?? 0)),
                    ]
                }),
            "total": .number(JSONNumber(options.reduce(0) { $0 + (votes[$1.id] ?? 0) })),
        ]
    }
}
