import ItemDB
import NIOCore
import NIOPosix

/// DynamoDB alone at an address of its own: no template, no functions.
package final class DynamoDBServer: Sendable {
    private let loops: MultiThreadedEventLoopGroup
    private let server: HTTPServer
    private let database: ItemDatabase
    private let expiry: RepeatedTask
    package let endpoint: String

    private init(
        loops: MultiThreadedEventLoopGroup, server: HTTPServer, database: ItemDatabase, clock: EmulatorClock,
        host: String
    ) {
        self.loops = loops
        self.server = server
        self.database = database
        endpoint = "http://\(host):\(server.port)"
        let interval = ItemDatabase.expiryInterval
        expiry = loops.next().scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            database.expireDue(at: clock.now)
        }
    }

    /// Opens the tables, then the address.
    ///
    /// - Throws: `EmulatorError` if a file or the port can't be used.
    package static func start(_ configuration: DynamoDBServerConfiguration) async throws -> DynamoDBServer {
        let clock = EmulatorClock()
        let authorization = try authorization(configuration)
        let database = try openDatabase(
            file: configuration.dataFile, syncsToDisk: configuration.syncsToDisk, clock: clock)
        let entrance = DynamoDBEntrance(
            endpoint: DynamoDBEndpoint(
                database: database, clock: clock, identifiers: IdentifierSource(), authorization: authorization))
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: configuration.threads)
        do {
            let server = try await HTTPServer.listen(
                on: loops, host: configuration.host, port: configuration.port,
                bodyBytesMax: DynamoDBEndpoint.bodyBytesMax, service: { entrance })
            ProgramPages.release()
            return DynamoDBServer(
                loops: loops, server: server, database: database, clock: clock, host: configuration.host)
        } catch {
            try await loops.shutdownGracefully()
            database.close()
            throw error
        }
    }

    private static func authorization(
        _ configuration: DynamoDBServerConfiguration
    ) throws(EmulatorError) -> RequestAuthorization {
        guard let file = configuration.credentialsFile else { return .formOnly }
        return .verified(
            SignatureVerifier(
                credentials: try Credentials.load(file), service: "dynamodb", clock: { EmulatorClock.wall }))
    }

    /// Closes the address, then the tables.
    package func stop() async {
        expiry.cancel()
        // Both are going away with the process or the test: there is nobody to tell of a failure.
        try? await server.close()
        try? await loops.shutdownGracefully()
        database.close()
    }
}

extension DynamoDBServer {
    /// - Parameter file: nil for tables that go away with the process.
    static func openDatabase(
        file: String?, syncsToDisk: Bool, clock: EmulatorClock
    ) throws(EmulatorError) -> ItemDatabase {
        var options = DatabaseOptions(clock: { clock.now })
        options.durability = syncsToDisk ? .disk : .process
        do throws(StorageError) {
            guard let file else { return try ItemDatabase.temporary(options: options) }
            return try ItemDatabase.open(file, options: options)
        } catch {
            throw EmulatorError("\(error)")
        }
    }
}

/// Every request is for DynamoDB.
private struct DynamoDBEntrance: HTTPService {
    let endpoint: DynamoDBEndpoint

    func handle(_ request: HTTPRequest, respond: @escaping @Sendable (HTTPResponse) -> Void) {
        endpoint.handle(request, respond: respond)
    }
}
