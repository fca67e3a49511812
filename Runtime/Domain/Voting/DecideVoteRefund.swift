package import Items
package import Time

/// What is to be done about the votes of one part of a voting's users.
package enum VoteRefundDue: Hashable, Sendable {
    /// The voting is unknown, free, or not cancelled after all.
    case nothing
    /// Votes may still come in.
    case notBefore(Timestamp)
    case now
}

/// Decides whether the credits of a voting's votes go back at `now` (R4): of a paid one that was cancelled, and not
/// before ``Voting/refundableFrom``, so that a vote accepted in the last cached second is not left out.
package func decideVoteRefunds(of voting: Voting?, at now: Timestamp) -> VoteRefundDue {
    guard let voting, voting.kind == .paid, let from = voting.refundableFrom else { return .nothing }
    return now < from ? .notBefore(from) : .now
}

/// Gives one voter the credit back, once: the participation is marked, the balance raised and the ledger told, together
/// or not at all. Whoever comes second finds the mark.
package func voteRefund(of userID: String, in votingID: String, at now: Timestamp) -> [ItemWrite] {
    [
        .update(
            Participation.key(of: userID, in: votingID), [.set("refundedAt", .time(now))],
            if: Participation.isOwedARefund),
        Balance.credit(1, to: userID),
        LedgerEntry(userID: userID, at: now, credits: 1, cause: .voteRefund(votingID: votingID)).write,
    ]
}

extension Participation {
    /// Of a cancelled paid voting: who voted and has no credit back yet.
    package static let isOwedARefund = Condition.all([.exists("votedAt"), .notExists("refundedAt")])
}
