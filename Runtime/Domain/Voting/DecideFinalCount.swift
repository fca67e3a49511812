package import Items
package import Time

/// Whether the votes of a voting are to be counted.
package enum FinalCountDue: Hashable, Sendable {
    /// The voting is unknown or cancelled, or its end was moved: what was scheduled for the old end is void.
    case void
    /// It was counted before.
    case done
    /// Votes may still come in.
    case notBefore(Timestamp)
    case now(Voting)
}

/// Decides whether a voting is counted at `now`: once, and not before ``Voting/countableFrom``.
///
/// - Parameter scheduleVersion: of the voting when the count was scheduled.
package func decideWhetherToCount(
    _ voting: Voting?, scheduleVersion: Int, earlier: FinalCount?, at now: Timestamp
) -> FinalCountDue {
    guard let voting, voting.cancelledAt == nil, voting.scheduleVersion == scheduleVersion else { return .void }
    guard earlier == nil else { return .done }
    return now < voting.countableFrom ? .notBefore(voting.countableFrom) : .now(voting)
}

extension FinalCount {
    /// How long after ``Voting/countableFrom`` a tally that differs is given time to catch up.
    ///
    /// The stream is seldom a second behind, but a mapping that was stopped or fails may be. A count that finds a
    /// difference before this time is over is made again: Lambda calls an asynchronous invocation that failed again
    /// after one minute and, if that fails, after two more, so that the last of the three tries comes after it.
    package static let tallyPatience: Duration = .seconds(150)
}

/// Decides what the final count is.
///
/// - Parameters:
///   - counted: votes by option, from the voters' own items: the truth.
///   - tallied: the same from the tally.
/// - Returns: nil if they differ and the tally may still catch up: try again. Otherwise the count and a transaction
///   that writes it if there is none and if the voting's end has not been moved meanwhile.
package func decideFinalCount(
    of voting: Voting, counted: [String: Int], tallied: [String: Int], at now: Timestamp
) -> (count: FinalCount, writes: [ItemWrite])? {
    let agrees = counted.filter { $0.value != 0 } == tallied.filter { $0.value != 0 }
    guard agrees || now >= voting.countableFrom + FinalCount.tallyPatience else { return nil }
    let none = Dictionary(uniqueKeysWithValues: voting.options.map { ($0.id, 0) })
    let count = FinalCount(votes: none.merging(counted, uniquingKeysWith: +), countedAt: now, tallyAgrees: agrees)
    return (
        count,
        [
            .insert(count.item(of: voting.id), in: .votings),
            .check(
                Voting.key(voting.id),
                .all([.equal("scheduleVersion", .number(voting.scheduleVersion)), .notExists("cancelledAt")])),
        ]
    )
}
