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
        var options: Set<String>
        var window: VotingWindow
        var cancelledAt: Timestamp?

        /// When no more votes come, as it looks now.
        var overAt: Timestamp { cancelledAt ?? window.endsAt }

        func takes(_ vote: Vote) -> Bool {
            // As late as that a vote may be judged by the voting as it was before it was cancelled.
            let known = cancelledAt.map { $0 + Voting.settlingTime + Voting.cacheLifetime }
            return options.contains(vote.optionID) && window.startsAt <= vote.at && vote.at < window.endsAt
                && known.map { vote.at < $0 } ?? true
        }
    }

    private struct Registration: Sendable {
        var since: Timestamp?
        /// When the last one before was taken back.
        var until: Timestamp?
    }

    private var votings: [String: Question] = [:]
    private var votes: [Ballot: Vote] = [:]
    private var registrations: [Ballot: Registration] = [:]
    private var tallies: [String: [String: Int]] = [:]
    private var finals: [String: FinalCount] = [:]
    private var repeated: [Violation] = []

    mutating func enter(_ item: Item) throws(MalformedItem) {
        let parts = item.partitionParts
        switch (parts.first, parts.count) {
        case ("VOTING", 2):
            let voting = try Voting(item: item)
            votings[voting.id] = Question(
                isPaid: voting.kind == .paid, options: Set(voting.options.map(\.id)), window: voting.window,
                cancelledAt: voting.cancelledAt)
        case ("P", 3): try enterParticipation(item, in: String(parts[1]))
        case ("TALLY", 2):
            let tally = try Self.votes(item, "vote tally")
            tallies[String(parts[1]), default: [:]].merge(tally, uniquingKeysWith: +)
        case ("FINAL", 2):
            finals[String(parts[1])] = try FinalCount(item: item)
        default: break
        }
    }

    private mutating func enterParticipation(_ item: Item, in votingID: String) throws(MalformedItem) {
        let reader = ItemReader(item, "participation")
        let userID = try Participation.userID(of: item)
        let participation = try Participation(item: item)
        let ballot = Ballot(votingID: votingID, userID: userID)
        registrations[ballot] = Registration(since: participation.registeredAt, until: participation.unregisteredAt)
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

    /// Whether the user was registered at `instant` or within `delay` of it, in which it is stored, as far as that is
    /// known: of a registration that was taken back nothing is left but its end, after which what was decided on before
    /// may be stored for `delay` still.
    func wasRegistered(_ ballot: CreditBooks.Ballot, at instant: Timestamp, storedWithin delay: Duration) -> Bool {
        guard let registration = registrations[ballot] else { return false }
        return registration.since.map { $0 <= instant + delay } ?? false
            || registration.until.map { instant <= $0 + delay } ?? false
    }

    func votedAt(_ ballot: CreditBooks.Ballot) -> Timestamp? { votes[ballot]?.at }

    // MARK: What must hold

    func violations(_ movements: CreditBooks.Movements, in period: AuditPeriod) -> [Violation] {
        repeated + misplaced(in: period) + creditViolations(movements, in: period) + countViolations(in: period)
    }

    private func misplaced(in period: AuditPeriod) -> [Violation] {
        votes.compactMap { ballot, vote in
            let isMisplaced = period.contains(vote.at) && !(votings[ballot.votingID]?.takes(vote) ?? false)
            return isMisplaced ? Violation(.voteMisplaced, ballot.text) : nil
        }
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
                && votings[ballot.votingID]?.cancelledAt != nil
            if !isRight { found.append(Violation(.refundWrong, ballot.text)) }
        }
        return found
    }

    private func countViolations(in period: AuditPeriod) -> [Violation] {
        var counted: [String: [String: Int]] = [:]
        for (ballot, vote) in votes { counted[ballot.votingID, default: [:]][vote.optionID, default: 0] += 1 }
        var found: [Violation] = []
        for id in Set(tallies.keys).union(counted.keys) {
            // Who counted at the end has told of the difference.
            guard finals[id]?.tallyAgrees ?? true else { continue }
            // While votes come, the tally is behind. A voting that was made since the scan went past it
            // has votes alone.
            guard period.end == nil || votings[id].map({ period.contains($0.overAt) }) ?? false else { continue }
            if counted[id] ?? [:] != tallies[id] ?? [:] { found.append(Violation(.tallyDiffers, id)) }
        }
        for (id, final) in finals
        where period.contains(final.countedAt) && counted[id] ?? [:] != final.votes.filter({ $0.value != 0 }) {
            found.append(Violation(.finalDiffers, id))
        }
        return found
    }
}
