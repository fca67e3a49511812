import Items
package import Time

/// Why a user can't be registered to a voting, or taken off it; earlier cases win.
package enum RegistrationRefusal: Refusal {
    case votingUnknown
    case cancelled
    case ended(endsAt: Timestamp)

    package enum Code: String, CaseIterable, Sendable {
        case votingUnknown = "VOTING_UNKNOWN"
        case cancelled = "CANCELLED"
        case ended = "ENDED"
    }

    package var code: Code {
        switch self {
        case .votingUnknown: .votingUnknown
        case .cancelled: .cancelled
        case .ended: .ended
        }
    }

    package var message: String {
        switch self {
        case .votingUnknown: "We can't find this voting. Check the link you were sent."
        case .cancelled: "This voting was cancelled. The list shows what else is on."
        case .ended: "This voting has ended. The results page has the outcome."
        }
    }
}

/// Decides whether a user is registered to a voting at `now`: an explicit wish to be alerted, which voting does not
/// need. Refuses in ``RegistrationRefusal`` order; who is registered already keeps the first time, and nothing is
/// written.
///
/// - Parameter earlier: what the user has in this voting; nil may also mean "not read", as the write's condition
///   decides.
/// - Returns: since when the user is registered. The write touches nothing of a vote in the same item.
package func decideRegistration(
    of userID: String, in voting: Voting?, after earlier: Participation?, at now: Timestamp
) -> Decision<Timestamp?, RegistrationRefusal> {
    guard let voting else { return .refused(.votingUnknown) }
    // Before the clock: a user who lost our reply may ask again after the end.
    if let since = earlier?.registeredAt { return .accepted(since, writes: []) }
    if let refusal = voting.registrationRefusal(at: now) { return .refused(refusal) }
    return .accepted(
        now,
        writes: [
            .update(
                Participation.key(of: userID, in: voting.id), [.set("registeredAt", .time(now))],
                if: .notExists("registeredAt"))
        ])
}

/// Decides whether a user is taken off a voting at `now`: refuses in ``RegistrationRefusal`` order; of who is not
/// registered nothing is written.
///
/// - Returns: since when the user is registered, which is nil, and a write that takes the registration out of the item
///   and notes when. It touches nothing of a vote in the same item.
package func decideUnregistration(
    of userID: String, from voting: Voting?, after earlier: Participation?, at now: Timestamp
) -> Decision<Timestamp?, RegistrationRefusal> {
    guard let voting else { return .refused(.votingUnknown) }
    guard let earlier, let since = earlier.registeredAt else { return .accepted(nil, writes: []) }
    if let refusal = voting.registrationRefusal(at: now) { return .refused(refusal) }
    return .accepted(
        nil,
        writes: [
            .update(
                Participation.key(of: userID, in: voting.id),
                [.remove("registeredAt"), .set("unregisteredAt", .time(now))], if: .equal("registeredAt", .time(since)))
        ])
}

extension Voting {
    fileprivate func registrationRefusal(at now: Timestamp) -> RegistrationRefusal? {
        switch phase(at: now) {
        case .cancelled: .cancelled
        case .ended: .ended(endsAt: window.endsAt)
        case .scheduled, .open: nil
        }
    }
}
