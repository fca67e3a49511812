package import Items

/// A user's credits: the sum of the user's ledger, kept beside it by the same transactions (R10).
package struct Balance: StoredEntity, Hashable {
    /// Never below 0 (R11).
    package var credits: Int
    package init(credits: Int) { self.credits = credits }

    package static func key(of userID: String) -> ItemKey { ItemKey(.users, "USER#" + userID, "BALANCE") }

    package init(item: Item) throws(MalformedItem) {
        credits = try ItemReader(item, "balance").integer("credits")
    }

    /// Takes credits if the user has as many; a user without a balance has none.
    static func debit(_ credits: Int, of userID: String) -> ItemWrite {
        .update(key(of: userID), [.add("credits", -credits)], if: .greaterOrEqual("credits", .number(credits)))
    }

    static func credit(_ credits: Int, to userID: String) -> ItemWrite {
        .update(key(of: userID), [.add("credits", credits)])
    }
}
