package import Time

/// What happens around a voting at a time of its own.
package enum VotingMoment: String, CaseIterable, Sendable {
    /// Before the start, to who wants reminders (R17).
    case reminder = "REMINDER"
    /// Before the end, to who registered and has not voted (R19).
    case alert = "ALERT"
    /// A little after the end, when every vote is in.
    case count = "COUNT"

    /// Schedulers call up to a minute late, so that what must be on time is called a minute early and then waits.
    package static let schedulerLead: Duration = .seconds(60)
    static let reminderLead: Duration = .seconds(15 * 60)
    static let alertLead: Duration = .seconds(5 * 60)
}

extension Voting {
    /// When `moment` is meant to be.
    package func due(_ moment: VotingMoment) -> Timestamp {
        switch moment {
        case .reminder: window.startsAt - VotingMoment.reminderLead
        // A voting that is shorter than the lead has its alert at its start.
        case .alert: max(window.startsAt, window.endsAt - VotingMoment.alertLead)
        case .count: countableFrom
        }
    }

    /// When `moment` has no sense any more; the final count always has.
    package func lapse(of moment: VotingMoment) -> Timestamp? {
        switch moment {
        case .reminder: window.startsAt
        case .alert: window.endsAt
        case .count: nil
        }
    }
}

/// What the schedules of one voting must be.
package struct VotingTimetable: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        package var moment: VotingMoment
        package var name: String
        package var at: Timestamp
    }

    /// To be made, or moved.
    package var schedules: [Entry] = []
    /// Too near for a schedule, and not too late.
    package var atOnce: [VotingMoment] = []
    /// Names of schedules that are void.
    package var removed: [String] = []

    /// 1 to 64 characters for the ids that votings have.
    package static func name(of moment: VotingMoment, of votingID: String, version: Int) -> String {
        "\(votingID)-\(moment.rawValue)-v\(version)"
    }
}

/// Decides what a voting's schedules are to be at `now` (R17, R19). They bear the version of the window they were made
/// for, so that those of an old one are void even where their removal fails.
///
/// Gives the same for the same voting however often and in whatever order its changes are told.
///
/// - Parameters:
///   - voting: as it is now, which may be later than the change that is told.
///   - earlier: before the change that is told; nil if it was made by it.
package func decideTimetable(of voting: Voting, after earlier: Voting?, at now: Timestamp) -> VotingTimetable {
    var timetable = VotingTimetable()
    let version = voting.scheduleVersion
    var voided = Set([earlier?.scheduleVersion].compactMap(\.self)).subtracting([version])
    if voting.cancelledAt != nil {
        voided.insert(version)
    } else {
        for moment in VotingMoment.allCases {
            let name = VotingTimetable.name(of: moment, of: voting.id, version: version)
            switch voting.plan(for: moment, at: now) {
            case .schedule(let at): timetable.schedules.append(.init(moment: moment, name: name, at: at))
            case .atOnce: timetable.atOnce.append(moment)
            case .never: break
            }
        }
    }
    for version in voided.sorted() {
        timetable.removed += VotingMoment.allCases.map {
            VotingTimetable.name(of: $0, of: voting.id, version: version)
        }
    }
    return timetable
}

extension Voting {
    fileprivate enum Plan { case schedule(Timestamp), atOnce, never }

    fileprivate func plan(for moment: VotingMoment, at now: Timestamp) -> Plan {
        let due = due(moment)
        // Counted no earlier, and nobody waits for it to the second.
        if moment == .count { return .schedule(max(due, now + VotingMoment.schedulerLead)) }
        if due - VotingMoment.schedulerLead > now { return .schedule(due - VotingMoment.schedulerLead) }
        guard let lapse = lapse(of: moment), now < lapse else { return .never }
        return .atOnce
    }
}

/// Whether a change of a voting moves, makes or ends any of its schedules.
package func changesSchedules(_ voting: Voting, from earlier: Voting?) -> Bool {
    guard let earlier else { return true }
    return earlier.scheduleVersion != voting.scheduleVersion
        || (earlier.cancelledAt == nil) != (voting.cancelledAt == nil)
}
