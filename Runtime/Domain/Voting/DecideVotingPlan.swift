import Items
package import Time

/// The rules under which votings are planned.
package struct VotingPlanRules: Hashable, Sendable {
    /// At every instant at most this many windows are open (R13).
    package var openAtOnceMax: Int
    package init(openAtOnceMax: Int) { self.openAtOnceMax = openAtOnceMax }

    /// How long after the time by which a change is judged it may be stored: who stores it gives up by then, and judges
    /// again by a later time.
    package static let storingTimeMax: Duration = .seconds(4)

    /// How far the gateway's clock and a function's are apart at most.
    static let clockDifferenceMax: Duration = .seconds(1)

    /// So long after the time by which a change is judged it is known wherever votes are: it is stored, and no cache
    /// has the voting from before. What a change takes from votes or gives to them must lie no nearer: then each vote
    /// is judged by the window that holds in the end (R14).
    package static let noticeMin: Duration = storingTimeMax + clockDifferenceMax + Voting.cacheLifetime

    /// No window is set to end later than this from now, two years of 365 days: a year with five digits is no time to a
    /// scheduler, and sorts before today in the listing.
    package static let horizon: Duration = .seconds(2 * 365 * 86_400)
}

extension Voting {
    /// How long a read voting may be used to accept votes.
    package static let cacheLifetime: Duration = .seconds(1)
}

/// Decides whether a voting is made (R4, R13): refuses in ``VotingPlanRefusal`` order; the same request come again is
/// accepted and writes nothing.
///
/// - Parameters:
///   - id: derives from the request, so that a request come again finds its voting.
///   - hash: of the draft's ``VotingDraft/parts``.
///   - earlier: the voting under that id.
///   - calendar: nil before the first voting.
package func decideNewVoting(
    _ draft: VotingDraft, hash: String, id: String, by userID: String, after earlier: Voting?,
    calendar: VotingCalendar?,
    rules: VotingPlanRules, at now: Timestamp
) -> Decision<Voting, VotingPlanRefusal> {
    if let earlier {
        let isSame = earlier.draftHash.map { $0 == hash } ?? (VotingDraft(earlier) == draft)
        return isSame ? .accepted(earlier, writes: []) : .refused(.keyReused)
    }
    if let refusal = draft.textRefusal { return .refused(refusal) }
    guard draft.window.startsAt < draft.window.endsAt else { return .refused(.windowEmpty) }
    guard draft.window.endsAt > now else { return .refused(.windowPast(earliest: now)) }
    let latest = now + VotingPlanRules.horizon
    guard draft.window.endsAt <= latest else { return .refused(.windowTooFar(latest: latest)) }
    let calendar = (calendar ?? VotingCalendar()).replacing(id, with: draft.window, at: now)
    if let refusal = calendar.refusal(for: draft.window, rules) { return .refused(refusal) }
    let voting = Voting(
        id: id, title: draft.title, kind: draft.kind, options: draft.options, window: draft.window,
        timeZone: draft.timeZone, createdBy: userID, createdAt: now, draftHash: hash)
    return .accepted(voting, writes: [.insert(voting.item, in: .votings), calendar.write])
}

/// Decides whether a voting is changed (R4, R5, R13): before its start anything but its kind, while it is open
/// only its end; refuses in ``VotingPlanRefusal`` order; what changes nothing is accepted and writes nothing.
///
/// A voting counts as started, and as ended, ``VotingPlanRules/noticeMin`` before it is: votes at its start may be
/// judged by what it was until now, and votes at its end be refused.
package func decideVotingChange(
    _ patch: VotingPatch, of voting: Voting?, calendar: VotingCalendar?, rules: VotingPlanRules, at now: Timestamp
) -> Decision<Voting, VotingPlanRefusal> {
    guard let voting else { return .refused(.votingUnknown) }
    var changed = voting
    let changesKind = patch.kind.map { $0 != voting.kind } ?? false
    if let title = patch.title { changed.title = title }
    if let options = patch.options { changed.options = options }
    if let startsAt = patch.startsAt { changed.window.startsAt = startsAt }
    if let endsAt = patch.endsAt { changed.window.endsAt = endsAt }
    if let timeZone = patch.timeZone { changed.timeZone = timeZone }

    let earliest = now + VotingPlanRules.noticeMin
    if voting.cancelledAt != nil { return .refused(.cancelled) }
    if changed == voting, !changesKind { return .accepted(voting, writes: []) }
    guard earliest <= voting.window.endsAt else { return .refused(.ended(endsAt: voting.window.endsAt)) }
    guard !changesKind else { return .refused(.kindFixed) }
    var endMoved = voting
    endMoved.window.endsAt = changed.window.endsAt
    endMoved.timeZone = changed.timeZone
    guard earliest <= voting.window.startsAt || changed == endMoved else {
        return .refused(.started(startsAt: voting.window.startsAt))
    }
    if let refusal = VotingDraft(changed).textRefusal { return .refused(refusal) }
    guard changed.window.startsAt < changed.window.endsAt else { return .refused(.windowEmpty) }
    for (old, new) in [
        (voting.window.startsAt, changed.window.startsAt), (voting.window.endsAt, changed.window.endsAt),
    ] where old != new && new < earliest {
        return .refused(.windowPast(earliest: earliest))
    }
    let latest = now + VotingPlanRules.horizon
    guard changed.window.endsAt == voting.window.endsAt || changed.window.endsAt <= latest else {
        return .refused(.windowTooFar(latest: latest))
    }
    changed.version += 1
    guard changed.window != voting.window else { return .accepted(changed, writes: [changed.replacement]) }
    changed.scheduleVersion += 1
    let calendar = (calendar ?? VotingCalendar()).replacing(voting.id, with: changed.window, at: now)
    if let refusal = calendar.refusal(for: changed.window, rules) { return .refused(refusal) }
    return .accepted(changed, writes: [changed.replacement, calendar.write])
}

/// Decides whether a voting is cancelled: final, and possible until it ends. Cancelling again is accepted and writes
/// nothing.
package func decideCancellation(
    of voting: Voting?, calendar: VotingCalendar?, at now: Timestamp
) -> Decision<Voting, VotingPlanRefusal> {
    guard var voting else { return .refused(.votingUnknown) }
    switch voting.phase(at: now) {
    case .cancelled: return .accepted(voting, writes: [])
    case .ended: return .refused(.ended(endsAt: voting.window.endsAt))
    case .scheduled, .open: break
    }
    voting.cancelledAt = now
    voting.version += 1
    let calendar = (calendar ?? VotingCalendar()).replacing(voting.id, with: nil, at: now)
    return .accepted(voting, writes: [voting.replacement, calendar.write])
}

/// Decides whether an open voting is closed before its time: it ends ``VotingPlanRules/noticeMin`` from now, so that
/// the end is known before it comes, and its place in the calendar is free from then on. What ends by then anyhow, or
/// has ended, is accepted and writes nothing.
package func decideClosing(
    of voting: Voting?, calendar: VotingCalendar?, at now: Timestamp
) -> Decision<Voting, VotingPlanRefusal> {
    guard var voting else { return .refused(.votingUnknown) }
    let endsAt = now + VotingPlanRules.noticeMin
    switch voting.phase(at: now) {
    case .cancelled: return .refused(.cancelled)
    case .scheduled: return .refused(.notStarted(startsAt: voting.window.startsAt))
    case .ended: return .accepted(voting, writes: [])
    case .open where voting.window.endsAt <= endsAt: return .accepted(voting, writes: [])
    case .open: break
    }
    voting.window.endsAt = endsAt
    voting.version += 1
    voting.scheduleVersion += 1
    let calendar = (calendar ?? VotingCalendar()).replacing(voting.id, with: voting.window, at: now)
    return .accepted(voting, writes: [voting.replacement, calendar.write])
}

extension Voting {
    /// Stores this version in place of the one before it.
    fileprivate var replacement: ItemWrite { .put(item, in: .votings, if: .equal("version", .number(version - 1))) }
}

extension VotingCalendar {
    fileprivate func refusal(for window: VotingWindow, _ rules: VotingPlanRules) -> VotingPlanRefusal? {
        guard entries.count <= Self.windowsMax else { return .calendarFull(limit: Self.windowsMax) }
        guard openAtOnce(during: window) <= rules.openAtOnceMax else { return .tooManyOpen(limit: rules.openAtOnceMax) }
        return nil
    }
}
