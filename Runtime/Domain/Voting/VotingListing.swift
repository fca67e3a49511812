package import Items
package import Time

/// Which votings a user wants to see in the list; a direct link works all the same (R6).
package struct VotingFilter: StoredEntity, Hashable {
    package var showsPaid: Bool
    package init(showsPaid: Bool = Profile.showsPaidByDefault) { self.showsPaid = showsPaid }

    /// The user's profile, where the wish is kept.
    package static func key(of userID: String) -> ItemKey { Profile.key(of: userID) }

    /// Who never said anything sees all, as those do who are not logged in.
    package init(item: Item) throws(MalformedItem) {
        self.init(showsPaid: try Profile(item: item).showsPaid?.isOn ?? Profile.showsPaidByDefault)
    }

    package var kinds: [Voting.Kind] { showsPaid ? [.free, .paid] : [.free] }
}

extension Voting {
    /// The index in whose partition ``listing(of:)`` votings stand in the order of their ends.
    package static let listingIndex = "gsi1"

    /// Where in the listing the votings begin that have not ended at `now`.
    package static func listingStart(at now: Timestamp) -> String {
        // An end is not in its window, so the first end to list is the next millisecond.
        "\(now + .milliseconds(1))"
    }
}
