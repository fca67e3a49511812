import Domain
package import Events
import Handling
import JSON
package import LambdaRuntime
package import Services
import Time

/// Shows the votings that have not ended (R5, R6, R15), and any voting by its id.
package struct ListVotingsHandler: LambdaHandler {
    private let store: any ItemStore
    package init(store: any ItemStore) { self.store = store }

    package func handle(_ event: HTTPEvent, context: InvocationContext) async throws -> HTTPReply {
        try await answering {
            switch event.routeKey {
            case "GET /votings": return try await list(VotingFilter(), at: event.receivedAt)
            case "GET /me/votings":
                let filter = try await store.read(VotingFilter.self, at: VotingFilter.key(of: event.userID()))
                return try await list(filter ?? VotingFilter(), at: event.receivedAt)
            case "GET /votings/{votingID}":
                let id = try event.pathParameter("votingID")
                guard let voting = try await store.read(Voting.self, at: Voting.key(id)) else {
                    let refusal = VoteRefusal.votingUnknown
                    return HTTPReply(.notFound, code: refusal.code.rawValue, message: refusal.message)
                }
                return HTTPReply(.ok, body: voting.json(at: event.receivedAt))
            default: throw RequestError.routeUnknown
            }
        }
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
