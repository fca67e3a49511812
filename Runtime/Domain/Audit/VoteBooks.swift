import Items
import Time

/// Votings, votes, tallies and final counts.
struct VoteBooks: Sendable {
    private typealias Ballot = CreditBooks.Ballot

    private struct Vote: Sendable {
        var optionID: String
        var at: Timestamp
        var refundedAt: Timestamp?
    }

    private struct Question: Sendable {
        var isPaid: Bool
        var isCancelled: Bool
        /// When no more votes come, as it looks now.
        var overAt: Timestamp
    }

    private var votings: [String: Question] = [:]
    private var votes: [Ballot: Vote] = [:]
    private var registrations: [Ballot: Timestamp] = [:]
    private var tallies: [String: [String: Int]] = [:]
    private var finals: [String: (votes: [String: Int], at: Timestamp)] = [:]
    private var repeated: [Violation] = []

    mutating func enter(_ item: Item) throws(MalformedItem) {
        let parts = item.partitionParts
        switch (parts.first, parts.count) {
        case ("VOTING", 2):
            let voting = try Voting(item: item)
            votings[voting.id] = Question(
                isPaid: voting.kind == .paid, isCancelled: voting.cancelledAt != nil,
                overAt: voting.cancelledAt ?? voting.window.endsAt)
        case ("P", 3): try enterParticipation(item, in: String(parts[1]))
        case ("TALLY", 2):
            let tally = try Self.votes(item, "vote tally")
            tallies[String(parts[1]), default: [:]].merge(tally, uniquingKeysWith: +)
        case ("FINAL", 2):
            finals[String(parts[1])] = (
                try Self.votes(item, "final count"), try ItemReader(item, "final count").time("countedAt")
            )
        default: break
        }
    }

    private mutating func enterParticipation(_ item: Item, in votingID: String) throws(MalformedItem) {
        let reader = ItemReader(item, "participation")
        let userID = String(try reader.string(ItemKey.sortName).dropFirst("U#".count))
        let participation = try Participation(item: item)
        let ballot = Ballot(votingID: votingID, userID: userID)
        registrations[ballot] = participation.registeredAt
        guard let vote = participation.vote else { return }
        let key = Participation.key(of: userID, in: votingID)
        // Elsewhere it would not stand in the way of another one.
        if votes[ballot] != nil || item[ItemKey.partitionName]?.string != key.partition {
            repeated.append(Violation(.voteRepeated, ballot.text))
        }
        votes[ballot] = Vote(
            optionID: vote.optionID, at: vote.votedAt, refundedAt: try reader.optional("refundedAt", reader.time))
    }

    /// Votes by option, of which only those with votes matter.
    private static func votes(_ item: Item, _ entity: String) throws(MalformedItem) -> [String: Int] {
        let reader = ItemReader(item, entity)
        let prefix = "option#"
        var votes: [String: Int] = [:]
        for (name, _) in item.attributes where name.hasPrefix(prefix) {
            let count = try reader.integer(name)
            if count != 0 { votes[String(name.dropFirst(prefix.count))] = count }
        }
        return votes
    }

    func registeredAt(_ ballot: CreditBooks.Ballot) -> Timestamp? { registrations[ballot] }
    func votedAt(_ ballot: CreditBooks.Ballot) -> Timestamp? { votes[ballot]?.at }

    // MARK: What must hold

    func violations(_ movements: CreditBooks.Movements, in period: AuditPeriod) -> [Violation] {
        repeated + creditViolations(movements, in: period) + countViolations(in: period)
    }

    private func creditViolations(_ movements: CreditBooks.Movements, in period: AuditPeriod) -> [Violation] {
        var found: [Violation] = []
        for (ballot, vote) in votes where period.contains(vote.at) && votings[ballot.votingID]?.isPaid == true {
            if movements.debits[ballot]?.count != 1 { found.append(Violation(.voteWithoutDebit, ballot.text)) }
        }
        for (ballot, times) in movements.debits where times.contains(where: period.contains) {
            // The vote and its debit are of one instant and one transaction.
            let isVote = votes[ballot].map { times.contains($0.at) } ?? false
            if !isVote || votings[ballot.votingID]?.isPaid != true {
                found.append(Violation(.debitWithoutVote, ballot.text))
            }
        }
        let refunded = Set(movements.refunds.keys).union(votes.filter { $0.value.refundedAt != nil }.keys)
        for ballot in refunded {
            let times = movements.refunds[ballot] ?? []
            let marked = votes[ballot]?.refundedAt
            guard (times + [marked].compactMap { $0 }).allSatisfy(period.contains) else { continue }
            let isRight =
                times.count == 1 && times.first == marked && movements.debits[ballot] != nil
                && votings[ballot.votingID]?.isCancelled == true
            if !isRight { found.append(Violation(.refundWrong, ballot.text)) }
        }
        return found
    }

    private func countViolations(in period: AuditPeriod) -> [Violation] {
        var counted: [String: [String: Int]] = [:]
        for (ballot, vote) in votes { counted[ballot.votingID, default: [:]][vote.optionID, default: 0] += 1 }
        var found: [Violation] = []
        for id in tallies.keys {
            // While votes come, the tally is behind.
            guard period.end == nil || votings[id].map({ period.contains($0.overAt) }) ?? true else { continue }
            if counted[id] ?? [:] != tallies[id] ?? [:] { found.append(Violation(.tallyDiffers, id)) }
        }
        for (id, final) in finals where period.contains(final.at) && counted[id] ?? [:] != final.votes {
            found.append(Violation(.finalDiffers, id))
        }
        return found
    }
}
