import Items
package import Time

/// One user's choice in one voting, as it came in.
package struct Ballot: Hashable, Sendable {
    package var votingID: String
    /// The verified subject of the access token, never a field of the request's body (R1).
    package var userID: String
    package var optionID: String
    /// The gateway's id of the request.
    package var requestID: String
    package init(votingID: String, userID: String, optionID: String, requestID: String) {
        self.votingID = votingID
        self.userID = userID
        self.optionID = optionID
        self.requestID = requestID
    }
}

/// The confirmation of a vote (R3); asking again gives the first one again.
package struct VoteReceipt: Hashable, Sendable {
    package var votingID: String
    package var optionID: String
    package var votedAt: Timestamp
    /// 1 in a paid voting, else 0.
    package var creditsSpent: Int

    package init(_ vote: Participation.Vote, in voting: Voting) {
        votingID = voting.id
        optionID = vote.optionID
        votedAt = vote.votedAt
        creditsSpent = voting.kind == .paid ? 1 : 0
    }
}

/// Decides whether `ballot` counts at `now`, the gateway's time of receipt (R2, R11, R14, R16): refuses in
/// ``VoteRefusal`` order; the same request or the same choice come again is accepted and writes nothing.
///
/// - Parameters:
///   - earlier: what the voter has in this voting. nil may also mean "not read": the write's condition then decides,
///     and its conflict brings the stored item with which to decide again.
///   - credits: the voter's credits; nil when not read, with the same consequence.
/// - Returns: one conditional update for a free voting. For a paid one the update, the debit and the ledger entry,
///   which happen together or not at all: a vote if and only if one credit is spent.
package func decideVote(
    _ ballot: Ballot, in voting: Voting?, after earlier: Participation?, credits: Int?, at now: Timestamp
) -> Decision<VoteReceipt, VoteRefusal> {
    guard let voting else { return .refused(.votingUnknown) }
    // Before the clock: a voter who lost our reply may ask again after the end.
    if let vote = earlier?.vote {
        guard vote.requestID == ballot.requestID || vote.optionID == ballot.optionID else {
            return .refused(.alreadyVoted(vote))
        }
        return .accepted(VoteReceipt(vote, in: voting), writes: [])
    }
    switch voting.phase(at: now) {
    case .cancelled: return .refused(.cancelled)
    case .scheduled: return .refused(.notStarted(startsAt: voting.window.startsAt))
    case .ended: return .refused(.ended(endsAt: voting.window.endsAt))
    case .open: break
    }
    guard voting.options.contains(where: { $0.id == ballot.optionID }) else { return .refused(.optionUnknown) }
    if voting.kind == .paid, let credits, credits < 1 { return .refused(.noCredits) }

    let vote = Participation.Vote(optionID: ballot.optionID, votedAt: now, requestID: ballot.requestID)
    // An update and not an insert: a registered user has the item already. No counter here: it would make every vote
    // wait for every other; the tally follows from the stream.
    var writes: [ItemWrite] = [
        .update(
            Participation.key(of: ballot.userID, in: voting.id),
            [
                .set("optionID", .string(vote.optionID)), .set("votedAt", .time(vote.votedAt)),
                .set("requestID", .string(vote.requestID)),
            ],
            if: .notExists("votedAt"))
    ]
    if voting.kind == .paid {
        writes.append(Balance.debit(1, of: ballot.userID))
        writes.append(LedgerEntry(userID: ballot.userID, at: now, credits: -1, cause: .vote(votingID: voting.id)).write)
    }
    return .accepted(VoteReceipt(vote, in: voting), writes: writes)
}
