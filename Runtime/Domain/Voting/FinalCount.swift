package import Items
package import Time

/// The result of a voting that is over, counted from what every voter did; written once and never changed.
package struct FinalCount: StoredEntity, Hashable {
    /// Votes by option, the voting's options without votes included.
    package var votes: [String: Int]
    package var countedAt: Timestamp
    /// Whether the tally came to the same votes.
    package var tallyAgrees: Bool

    package init(votes: [String: Int], countedAt: Timestamp, tallyAgrees: Bool) {
        self.votes = votes
        self.countedAt = countedAt
        self.tallyAgrees = tallyAgrees
    }

    package static func key(of votingID: String) -> ItemKey { ItemKey(.votings, "FINAL#" + votingID, ItemName.meta) }

    package init(item: Item) throws(MalformedItem) {
        let reader = ItemReader(item, "final count")
        votes = try VotesByOption.read(reader)
        countedAt = try reader.time("countedAt")
        guard let agrees = item["tallyAgrees"]?.bool else { throw MalformedItem("final count", "tallyAgrees") }
        tallyAgrees = agrees
    }

    func item(of votingID: String) -> Item {
        var item = Self.key(of: votingID).attributes
        for (optionID, votes) in votes { item[VotesByOption.attribute(of: optionID)] = .number(votes) }
        item["countedAt"] = .time(countedAt)
        item["tallyAgrees"] = .bool(tallyAgrees)
        return item
    }
}
