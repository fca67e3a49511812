package import Items
package import Time

/// One time that somebody came in (R79–R81), kept for ``lifetime``.
package struct SignInAttempt: Hashable, Sendable {
    package static let lifetime: Duration = .seconds(90 * 24 * 60 * 60)
    /// A day's attempts are spread over this many partitions.
    package static let shards = 16
    /// More is cut off; a user agent is whatever the client says.
    package static let agentCharactersMax = 256

    /// What tells it from others of the same instant.
    package var id: String
    package var userID: String
    package var clientID: String
    /// What the client says that it is; nil if it said nothing. A user pool tells its triggers no address.
    package var agent: String?
    package var at: Timestamp

    package init(id: String, userID: String, clientID: String, agent: String?, at: Timestamp) {
        self.id = id
        self.userID = userID
        self.clientID = clientID
        self.agent = agent.map { String($0.prefix(Self.agentCharactersMax)) }
        self.at = at
    }

    /// One day's partition in the table of users, by the UTC day.
    ///
    /// - Parameter shard: 0 to ``shards`` − 1.
    package static func partition(of day: Timestamp, shard: Int) -> String {
        "ATTEMPT#\(day.description.prefix(10))#\(shard)"
    }

    package var key: ItemKey {
        ItemKey(
            .users, Self.partition(of: at, shard: UserShard.of(userID, among: Self.shards)), "\(at)#\(id)")
    }

    /// Without a condition: the same attempt told of again is the same item.
    package var write: ItemWrite {
        var item = key.attributes
        item["kind"] = "SIGN_IN"
        item["userID"] = .string(userID)
        item["clientID"] = .string(clientID)
        if let agent { item["agent"] = .string(agent) }
        item["at"] = .time(at)
        item[ItemName.expiry] = .expiry(at + Self.lifetime)
        return .put(item, in: .users)
    }
}
