import Domain
import Handling
import Items
import Services
import Synchronization
import Testing
import Time

struct VotingCacheTests {
    /// Counts what is read of one voting that is always there but under another id.
    final class CountingStore: ItemStore {
        let reads = Mutex(0)
        func items(at keys: [ItemKey]) async throws(ServiceError) -> [Item?] {
            reads.withLock { $0 += keys.count }
            return keys.map { key in
                key == Voting.key("absent") ? nil : VotingCacheTests.voting(String(key.partition.dropFirst(7))).item
            }
        }
        func snapshot(of keys: [ItemKey]) async throws(ServiceError) -> [Item?] { throw .rejected("not expected here") }
        func query(_ query: ItemQuery) async throws(ServiceError) -> ItemPage { throw .rejected("not expected here") }
        func commit(_ writes: [ItemWrite], token: String) async throws(ServiceError) {
            throw .rejected("not expected here")
        }
    }

    static func voting(_ id: String) -> Voting {
        Voting(
            id: id, title: "T", kind: .free, options: [],
            window: .init(startsAt: .init(seconds: 0), endsAt: .init(seconds: 1)),
            createdBy: "gus", createdAt: Timestamp(seconds: 0))
    }

    @Test(arguments: [(0, 1), (1_000, 1), (1_001, 2), (-1_000, 1), (-1_001, 2)] as [(Int64, Int)])
    func `is at most a second stale by the events' time`(later: Int64, reads: Int) async throws {
        let store = CountingStore()
        let cache = VotingCache(store: store)
        let now = Timestamp(seconds: 100)
        #expect(try await cache.voting("V", at: now) == Self.voting("V"))
        #expect(try await cache.voting("V", at: now + .milliseconds(later)) == Self.voting("V"))
        #expect(store.reads.withLock { $0 } == reads)
    }

    @Test func `does not remember that there is none`() async throws {
        let store = CountingStore()
        let cache = VotingCache(store: store)
        for _ in 1...2 { #expect(try await cache.voting("absent", at: Timestamp(seconds: 100)) == nil) }
        #expect(store.reads.withLock { $0 } == 2)
    }

    @Test func `is emptied at its bound`() async throws {
        let store = CountingStore()
        let cache = VotingCache(store: store)
        let now = Timestamp(seconds: 100)
        for index in 0..<VotingCache.votingsMax { _ = try await cache.voting("V\(index)", at: now) }
        _ = try await cache.voting("V0", at: now)
        #expect(store.reads.withLock { $0 } == VotingCache.votingsMax)
        _ = try await cache.voting("one more", at: now)
        _ = try await cache.voting("V0", at: now)
        #expect(store.reads.withLock { $0 } == VotingCache.votingsMax + 2)
    }
}
