package import Items

/// A user's credits: the sum of the user's ledger, kept beside it by the same transactions (R10).
package struct Balance: StoredEntity, Hashable {
    /// Never below 0 (R11).
    package var credits: Int
    package init(credits: Int) { self.credits = credits }

    package static func key(of userID: String) -> ItemKey { ItemKey(.users, UserKey.partition(of: userID), "BALANCE") }

    package init(item: Item) throws(MalformedItem) {
        credits = try ItemReader(item, "balance").integer("credits")
    }

    /// Takes credits if the user has as many; a user without a balance has none.
    static func debit(_ credits: Int, of userID: String) -> ItemWrite {
        .update(key(of: userID), [.add("credits", -credits)], if: .greaterOrEqual("credits", .number(credits)))
    }

    /// Takes all the credits there are, if these are all.
    ///
    /// - Parameter credits: 0 or more; a user without a balance has 0.
    static func emptying(_ credits: Int, of userID: String) -> ItemWrite {
        guard credits > 0 else {
            return .check(key(of: userID), .any([.notExists("credits"), .equal("credits", 0)]))
        }
        return .update(key(of: userID), [.add("credits", -credits)], if: .equal("credits", .number(credits)))
    }

    static func credit(_ credits: Int, to userID: String) -> ItemWrite {
        .update(key(of: userID), [.add("credits", credits)])
    }
}
