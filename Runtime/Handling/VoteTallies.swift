package import Domain
package import Services

extension VoteTally {
    /// A shard of the stream lives some hours and a table has a few at a time; a voting of a month comes to a thousand.
    package static let pagesMax = 100
    private static let pageSize = 500

    /// The votes of a voting by option, as far as they are tallied.
    package static func votes(of votingID: String, in store: any ItemStore) async throws -> [String: Int] {
        var tallies: [VoteTally] = []
        let query = ItemQuery(.votings, partition: partition(of: votingID), limit: pageSize)
        try await store.forEachPage(of: query, pagesMax: pagesMax) { items in
            for item in items { tallies.append(try VoteTally(item: item)) }
        }
        return sum(tallies)
    }
}
