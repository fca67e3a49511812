package import Items
package import Time

/// One movement of credits; never changed, never removed (R10).
package struct LedgerEntry: Hashable, Sendable {
    package enum Cause: Hashable, Sendable {
        case vote(votingID: String)
        case purchase(id: String)
    }

    package var userID: String
    package var at: Timestamp
    /// What the balance changed by; not 0.
    package var credits: Int
    package var cause: Cause

    package init(userID: String, at: Timestamp, credits: Int, cause: Cause) {
        self.userID = userID
        self.at = at
        self.credits = credits
        self.cause = cause
    }

    /// By time, so that a profile reads the newest first; by cause, because one cause moves credits once.
    package var key: ItemKey { ItemKey(.users, "USER#" + userID, "LEDGER#\(at)#\(causeName)#\(causeID)") }

    package var write: ItemWrite {
        var item = key.attributes
        item["credits"] = .number(credits)
        item["cause"] = .string(causeName)
        item["reference"] = .string(causeID)
        item["at"] = .time(at)
        return .insert(item, in: .users)
    }

    private var causeName: String {
        switch cause {
        case .vote: "VOTE"
        case .purchase: "PURCHASE"
        }
    }

    private var causeID: String {
        switch cause {
        case .vote(let id), .purchase(let id): id
        }
    }
}
