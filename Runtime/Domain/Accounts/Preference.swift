package import Items
package import Time

/// A user's agreement to be sent something: the item exists as long as it holds (R17, R18). Whoever sends reads these
/// items when sending.
package struct Preference: StoredEntity, Hashable {
    package enum Kind: String, CaseIterable, Sendable {
        /// Before each voting, one switch for all of them (R17).
        case reminders = "REMIND"
        /// What the client has to say, a marketing consent (R18).
        case updates = "UPDATES"
    }

    package var userID: String
    /// When the user last said so.
    package var since: Timestamp

    package init(userID: String, since: Timestamp) {
        self.userID = userID
        self.since = since
    }
}

extension Preference {
    /// Those who agreed are spread over this many partitions, so that a message to all is sent by that many at once.
    /// Never change it: the keys of stored items depend on it.
    package static let shards = 64

    /// One shard's partition in the table of users.
    ///
    /// - Parameter shard: 0 to ``shards`` − 1.
    package static func partition(_ kind: Kind, shard: Int) -> String { "PREF#\(kind.rawValue)#\(shard)" }

    package static func key(_ kind: Kind, of userID: String) -> ItemKey {
        ItemKey(
            .users, partition(kind, shard: UserShard.of(userID, among: shards)), UserKey.sort(of: userID))
    }

    package init(item: Item) throws(MalformedItem) {
        userID = try UserKey.userID(of: item, "preference")
        since = try ItemReader(item, "preference").time("since")
    }

    func item(_ kind: Kind) -> Item {
        var item = Self.key(kind, of: userID).attributes
        item["since"] = .time(since)
        return item
    }
}

/// What a user said of one preference and when; never changed, never removed, so that consent can be shown to have been
/// given, and withdrawn, after either (R18).
package struct ConsentStatement: Hashable, Sendable {
    package var userID: String
    package var kind: Preference.Kind
    package var agrees: Bool
    package var at: Timestamp

    package init(userID: String, kind: Preference.Kind, agrees: Bool, at: Timestamp) {
        self.userID = userID
        self.kind = kind
        self.agrees = agrees
        self.at = at
    }

    package var key: ItemKey {
        ItemKey(
            .users, UserKey.partition(of: userID),
            "CONSENT#\(kind.rawValue)#\(at)#\(agrees ? "GIVEN" : "WITHDRAWN")")
    }

    /// Without a condition: the same statement come again is the same item.
    var write: ItemWrite {
        var item = key.attributes
        item["agrees"] = .bool(agrees)
        item["at"] = .time(at)
        return .put(item, in: .users)
    }
}
