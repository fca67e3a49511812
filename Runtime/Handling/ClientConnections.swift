package import Domain
package import Services

extension ItemStore {
    /// A user's connections, as their rows say; one of them may be gone.
    package func connections(of userID: String) async throws -> [ClientConnection] {
        let page = try await query(
            ItemQuery(
                .users, partition: ClientConnection.partition(of: userID), limit: ClientConnection.connectionsMax))
        return try page.items.map { try ClientConnection(item: $0) }
    }

    /// Takes a connection's row away, unless another one stands in its place already.
    ///
    /// - Returns: whether it was this one's.
    package func remove(_ connection: ClientConnection) async throws(ServiceError) -> Bool {
        let token = derivedID("gone", of: connection.userID, key: connection.connectionID)
        do throws(ServiceError) {
            try await commit([connection.removal], token: token)
            return true
        } catch .conflict {
            return false
        }
    }
}
