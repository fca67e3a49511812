/// What must hold over everything that is stored, however it came to be.
package enum AuditRule: String, CaseIterable, Sendable {
    /// A stored item that is not what its key says.
    case itemMalformed = "ITEM_MALFORMED"
    /// One vote per user and voting (R2).
    case voteRepeated = "VOTE_REPEATED"
    /// A vote before the start, at the end or later, after the cancelling, or for what was no option (R14).
    case voteMisplaced = "VOTE_MISPLACED"
    /// A vote in a paid voting without its debit, or with more than one (R11).
    case voteWithoutDebit = "VOTE_WITHOUT_DEBIT"
    /// A debit without a vote in a paid voting (R11).
    case debitWithoutVote = "DEBIT_WITHOUT_VOTE"
    /// A vote's credit came back though the voting was not cancelled, or more or less than once (R4).
    case refundWrong = "REFUND_WRONG"
    /// Credits below 0 (R11).
    case creditsNegative = "CREDITS_NEGATIVE"
    /// A balance that is not the sum of the ledger (R10).
    case balanceDiffers = "BALANCE_DIFFERS"
    /// A purchase that is paid and not credited once, or credited and not paid, or taken back otherwise than it says
    /// (R8).
    case purchaseDiffers = "PURCHASE_DIFFERS"
    /// A running tally that is not the votes, unless the final count says so.
    case tallyDiffers = "TALLY_DIFFERS"
    /// A final count that is not the votes.
    case finalDiffers = "FINAL_DIFFERS"
    /// A message that a user has twice (R17–R19).
    case messageRepeated = "MESSAGE_REPEATED"
    /// An alert to someone who was not registered then, or had voted (R19).
    case alertNotWanted = "ALERT_NOT_WANTED"
    /// A reminder or an update without consent (R17, R18).
    case messageWithoutConsent = "MESSAGE_WITHOUT_CONSENT"
    /// Pieces of a SKU that are in no place or in two.
    case stockDiffers = "STOCK_DIFFERS"
    /// Pieces set aside for no order, or an order for which there are none (R50–R53).
    case reservedDiffers = "RESERVED_DIFFERS"
    /// An order and its payment that tell of different things, or more money that went back than came (R72).
    case orderDiffers = "ORDER_DIFFERS"
}

/// One place where a rule does not hold.
package struct Violation: Hashable, Sendable {
    package var rule: AuditRule
    /// Ids of what it is about: for those who may look, not for logs.
    package var subject: String

    package init(_ rule: AuditRule, _ subject: String) {
        self.rule = rule
        self.subject = subject
    }
}
