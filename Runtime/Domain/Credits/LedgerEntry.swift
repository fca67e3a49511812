package import Items
package import Time

/// One movement of credits; never changed, never removed (R10).
package struct LedgerEntry: Hashable, Sendable {
    package enum Cause: Hashable, Sendable {
        case vote(votingID: String)
        /// The voting was cancelled.
        case voteRefund(votingID: String)
        case purchase(id: String)
        /// - Parameter refundedCents: all that went back of this purchase so far, by which one refund is told from
        ///   another.
        case purchaseRefund(id: String, refundedCents: Int)
    }

    package var userID: String
    package var at: Timestamp
    /// What the balance changed by; 0 only where all that was to be taken is owed.
    package var credits: Int
    package var cause: Cause
    /// Credits that were to be taken and were spent already: not part of the balance.
    package var owed: Int

    package init(userID: String, at: Timestamp, credits: Int, cause: Cause, owed: Int = 0) {
        self.userID = userID
        self.at = at
        self.credits = credits
        self.cause = cause
        self.owed = owed
    }

    /// By time, so that a profile reads the newest first; by cause, because one cause moves credits once.
    package var key: ItemKey {
        var sort = "\(Self.sortPrefix)\(at)#\(causeName)#\(causeID)"
        if case .purchaseRefund(_, let cents) = cause { sort += "#\(cents)" }
        return ItemKey(.users, UserKey.partition(of: userID), sort)
    }

    /// Begins the sort key of every entry, and of nothing else of a user's.
    package static let sortPrefix = "LEDGER#"

    package var write: ItemWrite {
        var item = key.attributes
        item["credits"] = .number(credits)
        item["cause"] = .string(causeName)
        item["reference"] = .string(causeID)
        item["at"] = .time(at)
        if owed > 0 { item["owed"] = .number(owed) }
        return .insert(item, in: .users)
    }

    private var causeName: String {
        switch cause {
        case .vote: "VOTE"
        case .voteRefund: "VOTE_REFUND"
        case .purchase: "PURCHASE"
        case .purchaseRefund: "PURCHASE_REFUND"
        }
    }

    private var causeID: String {
        switch cause {
        case .vote(let id), .voteRefund(let id), .purchase(let id), .purchaseRefund(let id, _): id
        }
    }
}
