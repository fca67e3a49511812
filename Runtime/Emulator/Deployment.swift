import DynamoDBAPI
import Glibc
import ItemDB
import JSON
package import NIOCore
import NIOHTTP1
import Synchronization
import Template
import Time

/// Everything that the template describes, running: the tables, the functions, the services beside them.
///
/// A listening socket outlives its deployments, so that a replay can start over without a new address.
package final class Deployment: Sendable {
    package let clock: EmulatorClock
    package let log: FunctionLog
    package let payments: PaymentStandIns
    let stack: Stack
    let ground: Ground
    private let dynamoDB: DynamoDBEndpoint
    let pools: [FunctionPool]
    private let lambda: LambdaAPI
    private let keys: AccessKeys
    private let access: AccessControl
    let services: LoopServices
    let isMovingClock = Atomic(false)

    var database: ItemDatabase { ground.database }
    var work: WorkInHand { ground.work }
    var traces: Traces { ground.traces }

    /// - Parameter payments: whose checkouts go on; nil begins with none.
    init(
        stack: Stack, access: AccessControl, pools: [FunctionPool], services: LoopServices, on ground: Ground,
        payments: PaymentStandIns? = nil
    ) {
        self.stack = stack
        self.access = access
        self.pools = pools
        self.services = services
        self.ground = ground
        clock = ground.clock
        log = ground.log
        keys = AccessKeys(functions: pools.map(\.function.logicalID))
        dynamoDB = DynamoDBEndpoint(database: ground.database, clock: clock, identifiers: ground.identifiers)
        self.payments = payments ?? PaymentStandIns(stack: stack, clock: clock, endpoint: ground.endpoint)
        lambda = LambdaAPI(pools: pools, clock: clock, identifiers: ground.identifiers, access: access) {
            invocation, pool, accepted in
            services.enter { services in
                let isTaken = services.functions.enqueue(
                    invocation.payload, functionARN: pool.function.arn, requestID: invocation.requestID,
                    trace: invocation.traceID)
                services.host.journal.afterCommit { accepted(isTaken) }
            }
        }
    }

    /// - Parameter ground: its database is closed with the deployment.
    static func start(
        stack: Stack, functions: [FunctionConfiguration], access: AccessControl, on ground: Ground
    ) async throws(EmulatorError) -> Deployment {
        let lambdaHost = ground.lambdaHost
        let pools = functions.map { FunctionPool(function: $0, host: lambdaHost) }
        let services = try await LoopServices.start(on: ground.loops.next()) { loop throws(EmulatorError) in
            try makeServices(of: stack, pools, access, on: ground, loop, after: nil)
        }
        return Deployment(stack: stack, access: access, pools: pools, services: services, on: ground)
    }

    /// Services that take up what the database holds. On the loop.
    static func makeServices(
        of stack: Stack, _ pools: [FunctionPool], _ access: AccessControl, on ground: Ground, _ loop: any EventLoop,
        after earlier: Services?
    ) throws(EmulatorError) -> Services {
        let journal = Journal(database: ground.database, loop: loop, work: ground.work, onFailure: giveUp)
        let host = ServiceHost(
            loop: loop, clock: ground.clock, journal: journal, identifiers: ground.identifiers, work: ground.work,
            keys: AccessKeys(functions: pools.map(\.function.logicalID)), access: access, log: ground.log,
            traces: ground.traces, endpoint: ground.endpoint, objects: ground.objects,
            seedFolder: ground.seedFolder, trial: ground.trial)
        do throws(EmulatorError) {
            return try Services(stack: stack, pools: pools, database: ground.database, host: host, after: earlier)
        } catch {
            journal.abandon()
            host.timers.close()
            throw error
        }
    }

    /// Memory is ahead of a file that can't be written: to go on would be to answer what is not kept.
    private static func giveUp(_ error: StorageError) {
        let message = Array("emulator: \(error) Stopped; nothing that was answered is lost.\n".utf8)
        _ = message.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
        _exit(2)
    }

    /// Services run with those of the stack that is in force.
    func makeServices(after earlier: Services) throws(EmulatorError) -> Services {
        try Self.makeServices(of: stack, pools, access, on: ground, earlier.host.loop, after: earlier)
    }

    // MARK: Requests from outside

    /// Whether a request is held back while the template changes: what functions ask for is not, for their invocations
    /// are waited for.
    func canWait(_ request: HTTPRequest) -> Bool {
        guard keys.caller(of: request) == .account, !request.path.hasPrefix(ControlAPI.pathPrefix) else { return false }
        return request.headers.first(name: "X-Amz-Target").map { !DynamoDBEndpoint.owns($0) } ?? true
    }

    func handle(_ request: HTTPRequest, respond: @escaping @Sendable (HTTPResponse) -> Void) {
        if APIAddress.isHost(of: request) {
            // An API's paths are its own, whatever they begin with.
            serve(request, respond)
        } else if let target = request.headers.first(name: "X-Amz-Target"), DynamoDBEndpoint.owns(target) {
            handleDynamoDB(request, target, respond)
        } else if LambdaAPI.owns(request.path) {
            lambda.handle(request, from: keys.caller(of: request), respond: respond)
        } else if let response = payments.handle(request) {
            respond(response)
        } else if request.path == MailPage.path {
            services.enter { respond(MailPage.answer(to: request, from: $0.mailbox)) }
        } else if request.path.hasPrefix(ControlAPI.pathPrefix) {
            ControlAPI(deployment: self).handle(request, respond: respond)
        } else {
            serve(request, respond)
        }
    }

    /// By the services on their loop.
    private func serve(_ request: HTTPRequest, _ respond: @escaping @Sendable (HTTPResponse) -> Void) {
        let caller = keys.caller(of: request)
        services.enter { $0.handle(ServiceCall(request: request, caller: caller, respond: respond)) }
    }

    func sink(for head: HTTPRequestHead) -> (any HTTPBodySink)? {
        ObjectUploads(files: ground.objects, keys: keys).sink(for: head)
    }

    private func handleDynamoDB(
        _ request: HTTPRequest, _ target: String, _ respond: @escaping @Sendable (HTTPResponse) -> Void
    ) {
        let caller = keys.caller(of: request)
        let denial: ((DynamoDBAccess) -> String?)? =
            caller == .account ? nil : { [access] in access.denial(of: $0.action, on: $0.resource, to: caller) }
        var (request, respond) = (request, caller == .account ? respond : losingAnswers(to: target, respond))
        if caller != .account, let meter = access.meter { (request, respond) = meter.metered(request, target, respond) }
        guard let trace = request.headers.first(name: Self.traceHeader) else {
            return dynamoDB.handle(request, denial: denial, respond: respond)
        }
        let start = Traces.now()
        WriteCause.$trace.withValue(trace) {
            dynamoDB.handle(request, denial: denial) { [traces, respond] response in
                let operation = target.split(separator: ".").last.map { String($0) } ?? target
                traces.record(trace, "dynamodb", operation, since: start, isError: response.status.code >= 400)
                respond(response)
            }
        }
    }

    /// In a trial some answers to commits get lost; what was written stays written.
    private func losingAnswers(
        to target: String, _ respond: @escaping @Sendable (HTTPResponse) -> Void
    ) -> @Sendable (HTTPResponse) -> Void {
        guard let disturbance = ground.trial?.disturbance,
            ["Put", "Update", "Delete", "TransactWrite", "BatchWrite"].contains(where: { target.contains(".\($0)Item") }
            )
        else { return respond }
        return { response in
            var response = response
            response.isLost = response.status == .ok && disturbance.losesAnswer()
            respond(response)
        }
    }

    static let traceHeader = "X-Amzn-Trace-Id"

    // MARK: Calls from inside

    /// Runs a function on one event.
    ///
    /// - Throws: `EmulatorError` if there is no such function or it may not run.
    package func invoke(_ function: String, payload: ByteBuffer) async throws(EmulatorError) -> InvocationReply {
        let pool = try pool(of: function)
        try pool.function.requireExecutable()
        guard payload.readableBytes <= LambdaQuotas.syncPayloadBytesMax else {
            throw EmulatorError(
                "The event has \(payload.readableBytes) bytes; Lambda takes \(LambdaQuotas.syncPayloadBytesMax) at most."
            )
        }
        let now = clock.now
        let invocation = Invocation(
            requestID: ground.identifiers.requestID(), traceID: ground.identifiers.traceID(at: now), payload: payload,
            time: now)
        let result = await withCheckedContinuation { continuation in
            pool.invoke(invocation) { continuation.resume(returning: $0) }
        }
        switch result {
        case .success(let result):
            return InvocationReply(
                payload: Array(result.payload.readableBytesView), isError: result.isError,
                requestID: invocation.requestID)
        case .failure(.throttled(let reason)):
            throw EmulatorError("The invocation was throttled. \(reason)")
        case .failure(.shuttingDown):
            throw EmulatorError("The emulator is shutting down.")
        }
    }

    /// Sends a webhook of a payment provider to every function that has a route for it, as the provider would: it
    /// knows addresses, and not what they are for.
    func deliver(_ webhook: any PaymentWebhook) async throws(EmulatorError) -> [InvocationReply] {
        var replies: [InvocationReply] = []
        for api in stack.httpAPIs {
            let prefix = APIAddress.pathPrefix + api.id
            for route in api.routes where route.method == "POST" && route.path.hasPrefix(webhook.routePrefix) {
                let request = HTTPRequest(
                    method: .POST, path: prefix + route.path, query: "",
                    headers: HTTPHeaders(webhook.headers(to: route.path)),
                    body: ByteBuffer(bytes: webhook.body), isBodyCut: false)
                let found = try await services.call { $0.gateway.event(of: request, toAPI: api.id) }
                guard let (function, event) = found else { continue }
                replies.append(try await invoke(function, payload: ByteBuffer(bytes: event.compactBytes)))
            }
        }
        guard !replies.isEmpty else {
            throw EmulatorError("The template has no route POST \(webhook.routePrefix)… that a webhook could go to.")
        }
        return replies
    }

    /// Lines that say where clients reach the APIs.
    var apiAddresses: [String] {
        // The gateway has read them before.
        let sockets = (try? stack.webSocketAPIs()) ?? []
        let endpoint = ground.endpoint
        let host = endpoint.dropFirst("http://".count)
        return stack.httpAPIs.map { api in
            let stage = api.stage == "$default" ? "" : "/" + api.stage
            return "API \(api.logicalID): \(endpoint)\(APIAddress.pathPrefix)\(api.id)\(stage)"
        }
            + sockets.flatMap { api in
                api.stages.map { "API \(api.logicalID): ws://\(host)\(APIAddress.pathPrefix)\(api.id)/\($0.name)" }
            }
    }

    /// Logical ids.
    package var functionNames: [String] { pools.map(\.function.logicalID).sorted() }

    /// The template's name of a table.
    func logicalID(ofTable name: String) -> String {
        stack.tables.first { $0.name == name }?.logicalID ?? name
    }

    /// Copies everything that is kept, as it is at one moment: the database to `file`, and the objects' contents to a
    /// folder beside it, where they are the same files.
    func snapshot(to file: String) async throws(EmulatorError) {
        await withCheckedContinuation { continuation in
            services.enter { services in
                services.s3.store.holdRemovals()
                services.host.journal.afterCommit { continuation.resume() }
            }
        }
        let result: Result<Void, EmulatorError>
        do throws(EmulatorError) {
            do throws(StorageError) { try database.snapshot(to: file) } catch { throw EmulatorError("\(error)") }
            try ObjectFiles.link(from: ground.objects.folder, to: ObjectFiles.folder(beside: file))
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try await services.call { $0.s3.store.resumeRemovals() }
        try result.get()
    }

    /// - Throws: `EmulatorError` naming the first function that the template lacks or that has not been built.
    func requireExecutables(for functions: Set<String>) throws(EmulatorError) {
        for function in functions.sorted() { _ = try pool(of: function) }
        for pool in pools { try pool.function.requireExecutable() }
    }

    private func pool(of function: String) throws(EmulatorError) -> FunctionPool {
        guard let pool = pools.first(where: { $0.function.logicalID == function }) else {
            throw EmulatorError(
                "The template has no function '\(function)'. It has: \(functionNames.joined(separator: ", ")).")
        }
        return pool
    }

    /// Ends every function, then closes the tables.
    package func shutDown() async {
        services.enter { $0.close() }
        await withTaskGroup(of: Void.self) { group in
            for pool in pools { group.addTask { await pool.shutDown() } }
        }
        let services = services
        await withCheckedContinuation { continuation in
            services.enter { $0.host.journal.end { continuation.resume() } }
        }
        log.flush(within: .seconds(1))
        database.close()
    }
}
