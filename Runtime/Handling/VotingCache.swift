package import Domain
package import Services
import Synchronization
package import Time

/// Votings as they were read at most ``Voting/cacheLifetime`` ago, by the events' time (R27).
///
/// Good for accepting votes: what a voting is changed to lies further ahead (``VotingPlanRules/noticeMin``) than this
/// cache is stale. Not good for refusing: a refusal is given on a fresh read.
package final class VotingCache: Sendable {
    /// Far more than are open at once (R13).
    package static let votingsMax = 256

    private struct Entry {
        var voting: Voting
        var readAt: Timestamp
    }

    private let store: any ItemStore
    private let entries = Mutex<[String: Entry]>([:])

    package init(store: any ItemStore) { self.store = store }

    /// The voting, or nil if there is none; that there is none is never remembered.
    package func voting(_ id: String, at now: Timestamp) async throws -> Voting? {
        let cached = entries.withLock { entries in entries[id] }
        // Both ways, for events do not come in the order of their times.
        if let cached, abs((now - cached.readAt).wholeMilliseconds) <= Voting.cacheLifetime.wholeMilliseconds {
            return cached.voting
        }
        guard let voting = try await store.read(Voting.self, at: Voting.key(id)) else { return nil }
        entries.withLock { entries in
            if entries.count >= Self.votingsMax { entries.removeAll() }
            entries[id] = Entry(voting: voting, readAt: now)
        }
        return voting
    }
}
