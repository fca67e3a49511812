import Glibc
import ItemDB
import NIOCore
import NIOPosix
import Synchronization
import Template

/// One address, and what is deployed behind it.
package final class Emulator: Sendable {
    let configuration: EmulatorConfiguration
    private let loops: MultiThreadedEventLoopGroup
    private let server: HTTPServer
    let entrance: Entrance
    /// Read once: a replay deploys the same stack for every case.
    private let read = Mutex<(stack: Stack, access: AccessControl)?>(nil)
    package let endpoint: String

    /// A larger body is no call of any service: DynamoDB takes 16 MB, Lambda 6.
    private static let bodyBytesMax = 17 * 1_048_576

    private init(
        _ configuration: EmulatorConfiguration, loops: MultiThreadedEventLoopGroup, server: HTTPServer,
        entrance: Entrance
    ) {
        self.configuration = configuration
        self.loops = loops
        self.server = server
        self.entrance = entrance
        endpoint = "http://\(configuration.host):\(server.port)"
    }

    /// Opens the address, with nothing behind it yet.
    static func listen(_ configuration: EmulatorConfiguration) async throws -> Emulator {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: configuration.threads)
        let entrance = Entrance()
        do {
            let server = try await HTTPServer.listen(
                on: loops, host: configuration.host, port: configuration.port, bodyBytesMax: bodyBytesMax,
                service: { entrance })
            return Emulator(configuration, loops: loops, server: server, entrance: entrance)
        } catch {
            try await loops.shutdownGracefully()
            throw error
        }
    }

    /// Opens the address and deploys the template.
    package static func start(_ configuration: EmulatorConfiguration) async throws -> Emulator {
        let emulator = try await listen(configuration)
        do {
            try await emulator.deployTemplate()
            return emulator
        } catch {
            await emulator.stop()
            throw error
        }
    }

    private func deployTemplate() async throws {
        let clock = configuration.standsAt.map(EmulatorClock.init(standingAt:)) ?? EmulatorClock()
        let database = try await openDatabase(clock: clock)
        try Deployment.resumeClock(clock, from: database)
        _ = try await deploy(database: database, clock: clock, identifiers: IdentifierSource())
        let interval = ItemDatabase.expiryInterval
        loops.next().scheduleRepeatedTask(initialDelay: interval, delay: interval) { [weak entrance] task in
            guard let deployment = entrance?.deployment else { return task.cancel() }
            deployment.database.expireDue(at: deployment.clock.now)
        }
    }

    /// The database with the template's tables in it. A new one appears with all of them and their seed, or not at all.
    private func openDatabase(clock: EmulatorClock) async throws(EmulatorError) -> ItemDatabase {
        guard let folder = configuration.dataFolder else { return try await freshDatabase(clock) }
        let file = try Self.databaseFile(in: folder)
        if access(file, F_OK) != 0 {
            let fresh = try await freshDatabase(clock)
            defer { fresh.close() }
            let unfinished = "\(file).new"
            unlink(unfinished)
            do throws(StorageError) { try fresh.snapshot(to: unfinished) } catch { throw EmulatorError("\(error)") }
            guard rename(unfinished, file) == 0 else {
                throw EmulatorError("\(file) can't be written: \(String(cString: strerror(errno))).")
            }
        }
        return try await prepared(
            DynamoDBServer.openDatabase(file: file, syncsToDisk: configuration.syncsToDisk, clock: clock), clock)
    }

    /// Makes the folder if need be.
    private static func databaseFile(in folder: String) throws(EmulatorError) -> String {
        if mkdir(folder, 0o700) != 0 {
            let reason = String(cString: strerror(errno))
            guard errno == EEXIST else { throw EmulatorError("--data: the folder \(folder) can't be made: \(reason).") }
            guard Directory.isDirectory(folder) else {
                throw EmulatorError(
                    "--data takes a folder, and \(folder) is a file. To go on with a database of tables, make a folder and "
                        + "move the file into it as emulator.db.")
            }
        }
        return "\(folder)/emulator.db"
    }

    private func freshDatabase(_ clock: EmulatorClock) async throws(EmulatorError) -> ItemDatabase {
        try await prepared(DynamoDBServer.openDatabase(file: nil, syncsToDisk: false, clock: clock), clock)
    }

    private func prepared(_ database: ItemDatabase, _ clock: EmulatorClock) async throws(EmulatorError) -> ItemDatabase
    {
        do throws(EmulatorError) {
            _ = try await prepare(database, for: try loadStack().stack, clock)
            return database
        } catch {
            database.close()
            throw error
        }
    }

    /// Puts into a database what the stack has and it has not, with its seed.
    ///
    /// - Returns: the tables made.
    func prepare(
        _ database: ItemDatabase, for stack: Stack, _ clock: EmulatorClock
    ) async throws(EmulatorError) -> [TableResource] {
        let tables = TableDeployment(database: database, clock: clock)
        let pools = stack.resources.filter { $0.type == UserPoolResource.type }.map(\.logicalID)
        let made = try await tables.prepare(stack.tables, seedFolder: configuration.seedFolder, others: Set(pools))
        do throws(EmulatorError) {
            try await UserSeed(database: database, now: clock.now).prepare(stack, seedFolder: configuration.seedFolder)
        } catch {
            try await tables.remove(made)
            throw error
        }
        return made
    }

    /// Puts a fresh deployment in the place of the one there is.
    ///
    /// - Parameter database: closed with the deployment.
    func deploy(
        database: ItemDatabase, clock: EmulatorClock, identifiers: IdentifierSource, trial: Trial? = nil
    ) async throws(EmulatorError) -> Deployment {
        let (stack, access) = try loadStack()
        let functions = FunctionConfiguration.all(
            of: stack, executables: configuration.functions, variables: configuration.variables)
        let deployment: Deployment
        do throws(EmulatorError) {
            deployment = try await Deployment.start(
                stack: stack, functions: functions, access: access,
                on: Ground(
                    database: database, clock: clock, identifiers: identifiers,
                    log: FunctionLog(printingTo: configuration.logDescriptor, meter: configuration.meter), loops: loops,
                    endpoint: endpoint,
                    syncsToDisk: configuration.syncsToDisk, seedFolder: configuration.seedFolder, trial: trial))
        } catch {
            database.close()
            throw error
        }
        await entrance.replace(with: deployment)?.shutDown()
        return deployment
    }

    /// - Throws: `EmulatorError` if the template can't be read, or has something that would be ignored and matters.
    private func loadStack() throws(EmulatorError) -> (stack: Stack, access: AccessControl) {
        if let read = read.withLock({ $0 }) { return read }
        let fresh = try readStack()
        read.withLock { $0 = fresh }
        return fresh
    }

    func readStack() throws(EmulatorError) -> (stack: Stack, access: AccessControl) {
        let stack = try Self.loadStack(configuration, endpoint: endpoint)
        let uncovered = stack.report(TemplateCoverage.all).uncovered
        guard uncovered.isEmpty || configuration.allowsUncovered else {
            throw EmulatorError(uncovered.map(\.description).joined(separator: "\n"))
        }
        let access = try AccessControl(
            stack: stack, isEnforced: configuration.enforcesPolicies, usage: configuration.policyUsage,
            meter: configuration.meter)
        return (stack, access)
    }

    static func loadStack(_ configuration: EmulatorConfiguration, endpoint: String) throws(EmulatorError) -> Stack {
        do throws(TemplateError) {
            return try Stack.load(
                file: configuration.template, overrides: configuration.parameters,
                context: TemplateContext(region: LocalAccount.region, accountID: LocalAccount.id, endpoint: endpoint))
        } catch {
            throw EmulatorError("\(error)")
        }
    }

    /// The lines that `emulator start` prints.
    package var summary: [String] {
        let functions = entrance.deployment?.functionNames ?? []
        let addresses = entrance.deployment?.apiAddresses ?? []
        return [
            "Serving \(configuration.template) at \(endpoint)",
            "Functions: \(functions.joined(separator: ", "))",
        ] + addresses + [
            "Try: AWS_ENDPOINT_URL=\(endpoint) AWS_DEFAULT_REGION=\(LocalAccount.region) aws lambda list-functions"
        ]
    }

    /// Runs a function on one event.
    package func invoke(_ function: String, payload: [UInt8]) async throws(EmulatorError) -> InvocationReply {
        guard let deployment = entrance.deployment else { throw EmulatorError("Nothing is deployed.") }
        return try await deployment.invoke(function, payload: ByteBuffer(bytes: payload))
    }

    /// Makes the keys by which user pools sign, which takes a while.
    func makePoolKeys() async {
        guard let services = entrance.deployment?.services else { return }
        await withCheckedContinuation { continuation in
            services.enter { $0.userPools.makeKeys { continuation.resume() } }
        }
    }

    /// Copies everything to a file that is not there yet, and a folder beside it.
    func snapshot(to file: String) async throws(EmulatorError) {
        try await entrance.deployment?.snapshot(to: file)
    }

    /// - Throws: `EmulatorError` naming the first function that the template lacks or that has not been built.
    func requireExecutables(for functions: Set<String>) throws(EmulatorError) {
        try entrance.deployment?.requireExecutables(for: functions)
    }

    /// Ends the functions, closes the address and the tables.
    package func stop() async {
        await entrance.replace(with: nil)?.shutDown()
        // Both are going away with the process or the test: there is nobody to tell of a failure.
        try? await server.close()
        try? await loops.shutdownGracefully()
    }
}
