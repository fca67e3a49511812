package import Items
package import Time

/// One open connection of a user's app, in one of a few places, so that there are never more (R20).
package struct ClientConnection: StoredEntity, Hashable {
    /// Phones, tablets and browsers of one person.
    package static let connectionsMax = 10
    /// API Gateway closes a connection after two hours; the row outlives it a little.
    static let lifetime: Duration = .seconds(2 * 3_600 + 300)
    /// API Gateway opens a connection once `$connect` is answered, for which it waits 29 seconds.
    static let openingMax: Duration = .seconds(30)

    package var userID: String
    /// 0 to ``connectionsMax`` − 1.
    package var place: Int
    package var connectionID: String
    package var connectedAt: Timestamp

    package init(userID: String, place: Int, connectionID: String, connectedAt: Timestamp) {
        self.userID = userID
        self.place = place
        self.connectionID = connectionID
        self.connectedAt = connectedAt
    }

    package static func partition(of userID: String) -> String { "CONN#" + userID }

    var key: ItemKey { ItemKey(.users, Self.partition(of: userID), String(place)) }

    package init(item: Item) throws(MalformedItem) {
        let reader = ItemReader(item, "connection")
        userID = try reader.id(after: "CONN#")
        guard let place = Int(try reader.string(ItemKey.sortName)) else {
            throw MalformedItem("connection", ItemKey.sortName)
        }
        self.place = place
        connectionID = try reader.string("connectionID")
        connectedAt = try reader.time("connectedAt")
    }

    package var item: Item {
        var item = key.attributes
        item["connectionID"] = .string(connectionID)
        item["connectedAt"] = .time(connectedAt)
        item[ItemName.expiry] = .expiry(connectedAt + Self.lifetime)
        return item
    }

    /// Whether it may be open still.
    package func isCurrent(at now: Timestamp) -> Bool { now < connectedAt + Self.lifetime }

    /// Whether it may not be open yet: until then API Gateway says of it, too, that it is gone.
    ///
    /// - Parameter now: may be a little earlier than the connection, if a work in hand goes by the time of its
    ///   beginning.
    package func isOpening(at now: Timestamp) -> Bool {
        connectedAt - Self.openingMax < now && now < connectedAt + Self.openingMax
    }

    /// Takes the row away if it is still this connection's.
    package var removal: ItemWrite { .delete(key, if: .equal("connectionID", .string(connectionID))) }
}

/// What opening a connection comes to.
package struct ConnectionOpening: Hashable, Sendable {
    /// None if the same connection was told before.
    package var writes: [ItemWrite]
    /// The connection whose place it takes, to be closed.
    package var evicted: String?
}

/// Decides in which place a new connection goes: a free one, or that of the oldest, for a phone that lost its network
/// says no farewell and must not lock its owner out.
///
/// - Parameter others: all rows of the user, as just read.
package func decideConnection(
    _ connectionID: String, of userID: String, among others: [ClientConnection], at now: Timestamp
) -> ConnectionOpening {
    if others.contains(where: { $0.connectionID == connectionID }) { return ConnectionOpening(writes: []) }
    let taken = Set(others.filter { $0.isCurrent(at: now) }.map(\.place))
    let free = (0..<ClientConnection.connectionsMax).first { !taken.contains($0) }
    let oldest = others.min { ($0.connectedAt, $0.place) < ($1.connectedAt, $1.place) }
    let place = free ?? oldest?.place ?? 0
    let connection = ClientConnection(userID: userID, place: place, connectionID: connectionID, connectedAt: now)
    // Whoever stood there when it was read stands there still, or another opening came between.
    let before = others.first { $0.place == place }
    let condition = before.map { Condition.equal("connectionID", .string($0.connectionID)) } ?? .itemAbsent
    return ConnectionOpening(
        writes: [.put(connection.item, in: .users, if: condition)],
        evicted: free == nil ? before?.connectionID : nil)
}
