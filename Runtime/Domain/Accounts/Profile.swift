package import Items
package import Time

/// What a user chose. Name and address stay in the user pool, the avatar's attributes with those who make it.
package struct Profile: StoredEntity, Hashable {
    /// A choice and when it was made; the latest counts, in whatever order they come in.
    package struct Wish: Hashable, Sendable {
        package var isOn: Bool
        /// nil where nobody knows any more.
        package var saidAt: Timestamp?

        package init(isOn: Bool, saidAt: Timestamp?) {
            self.isOn = isOn
            self.saidAt = saidAt
        }

        /// Whether what is said at `now` takes this one's place. Of two at the same millisecond "off" stands: nobody is
        /// sent what they may not want.
        func gives(wayTo isOn: Bool, at now: Timestamp) -> Bool {
            guard let saidAt else { return true }
            return now == saidAt ? self.isOn && !isOn : now > saidAt
        }
    }

    /// When the account was confirmed; nil for a profile that a wish made before.
    package var createdAt: Timestamp?
    package var showsPaid: Wish?
    package var reminders: Wish?
    package var updates: Wish?

    package init(
        createdAt: Timestamp? = nil, showsPaid: Wish? = nil, reminders: Wish? = nil, updates: Wish? = nil
    ) {
        self.createdAt = createdAt
        self.showsPaid = showsPaid
        self.reminders = reminders
        self.updates = updates
    }
}

extension Profile {
    package static func key(of userID: String) -> ItemKey {
        ItemKey(.users, UserKey.partition(of: userID), "PROFILE")
    }

    /// Paid votings are shown to who never said anything (R6).
    package static let showsPaidByDefault = true
    /// Reminders are added by the user (R17), and consent is never assumed (R18).
    package static let preferencesByDefault = false

    static let showsPaidName = "showsPaidVotings"

    static func name(of kind: Preference.Kind) -> String {
        switch kind {
        case .reminders: "reminders"
        case .updates: "updates"
        }
    }

    /// Beside the attribute of a wish.
    static func timeName(_ name: String) -> String { name + "At" }

    package init(item: Item) throws(MalformedItem) {
        let reader = ItemReader(item, "profile")
        func wish(_ name: String) throws(MalformedItem) -> Wish? {
            guard let value = item[name] else { return nil }
            guard let isOn = value.bool else { throw MalformedItem("profile", name) }
            return Wish(isOn: isOn, saidAt: try reader.optional(Self.timeName(name), reader.time))
        }
        createdAt = try reader.optional("createdAt", reader.time)
        showsPaid = try wish(Self.showsPaidName)
        reminders = try wish(Self.name(of: .reminders))
        updates = try wish(Self.name(of: .updates))
    }
}

extension Profile {
    /// Makes the profile of who has just confirmed the account, once: the first time stays, and so do wishes that came
    /// before. Nobody is opted in to anything by it.
    package static func greeting(_ userID: String, at now: Timestamp) -> ItemWrite {
        .update(key(of: userID), [.setIfAbsent("createdAt", .time(now))])
    }
}
