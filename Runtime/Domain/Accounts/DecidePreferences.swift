package import Items
package import Time

/// What a user wants changed; nil stays as it is.
package struct PreferenceChange: Hashable, Sendable {
    package var showsPaid: Bool?
    package var reminders: Bool?
    package var updates: Bool?

    package init(showsPaid: Bool? = nil, reminders: Bool? = nil, updates: Bool? = nil) {
        self.showsPaid = showsPaid
        self.reminders = reminders
        self.updates = updates
    }
}

/// The profile as it will be, with the one transaction that makes it so.
package struct PreferenceOutcome: Hashable, Sendable {
    package var profile: Profile
    package var writes: [ItemWrite]
}

/// Decides a change of preferences (R6, R17, R18). What was said last counts, so a request that comes late or again
/// changes nothing; of reminders and updates every statement is kept, the late one too.
///
/// - Parameters:
///   - profile: as just read; the writes hold only if nobody changed the same wishes since.
///   - now: when the request came in.
package func decidePreferences(
    _ change: PreferenceChange, of userID: String, after profile: Profile?, at now: Timestamp
) -> PreferenceOutcome {
    var outcome = PreferenceOutcome(profile: profile ?? Profile(), writes: [])
    var updates: [AttributeUpdate] = []
    var conditions: [Condition] = []
    var consents: [ItemWrite] = []

    /// Whether the wish takes the place of what was said before.
    func take(_ isOn: Bool, _ name: String, _ path: WritableKeyPath<Profile, Profile.Wish?>) -> Bool {
        let earlier = outcome.profile[keyPath: path]
        guard earlier?.gives(wayTo: isOn, at: now) ?? true else { return false }
        outcome.profile[keyPath: path] = Profile.Wish(isOn: isOn, saidAt: now)
        let timeName = Profile.timeName(name)
        updates += [.set(name, .bool(isOn)), .set(timeName, .time(now))]
        conditions.append(earlier?.saidAt.map { .equal(timeName, .time($0)) } ?? .notExists(timeName))
        return true
    }

    func state(_ agrees: Bool, _ kind: Preference.Kind, _ path: WritableKeyPath<Profile, Profile.Wish?>) {
        let earlier = outcome.profile[keyPath: path]
        guard earlier != Profile.Wish(isOn: agrees, saidAt: now) else { return }
        if take(agrees, Profile.name(of: kind), path) {
            consents.append(
                agrees
                    ? .put(Preference(userID: userID, since: now).item(kind), in: .users)
                    : .delete(Preference.key(kind, of: userID)))
        }
        consents.append(ConsentStatement(userID: userID, kind: kind, agrees: agrees, at: now).write)
    }

    if let showsPaid = change.showsPaid { _ = take(showsPaid, Profile.showsPaidName, \.showsPaid) }
    if let reminders = change.reminders { state(reminders, .reminders, \.reminders) }
    if let agrees = change.updates { state(agrees, .updates, \.updates) }
    if !updates.isEmpty {
        outcome.writes.append(.update(Profile.key(of: userID), updates, if: .all(conditions)))
    }
    outcome.writes += consents
    return outcome
}
