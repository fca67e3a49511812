import ItemDB
import JSON
import NIOHTTP1
import Template
import Time

/// Every emulated service that lives on the services' loop, made of a stack.
final class Services {
    let host: ServiceHost
    let functions: AsyncInvocations
    let gateway: APIGateway
    let mailbox: Mailbox
    let s3: S3
    let queues: SQSService
    let schedules: SchedulerService
    let userPools: CognitoService
    private let mappings: EventSourceMappings
    /// In the order in which they are asked whether a request is theirs.
    private let all: [any EmulatedService]

    /// - Throws: `EmulatorError` if a resource can't be made, with its place, or what was kept can't be read.
    ///
    /// - Parameter earlier: those whose place they take, if any.
    init(
        stack: Stack, pools: [FunctionPool], database: ItemDatabase, host: ServiceHost, after earlier: Services?
    ) throws(EmulatorError) {
        self.host = host
        functions = try AsyncInvocations(pools: pools, stack: stack, host: host)
        host.targets.register("lambda", functions)
        queues = try SQSService(stack: stack, host: host)
        host.targets.register("sqs", queues)
        let events = try EventBridgeService(stack: stack, host: host)
        host.targets.register("events", events)
        schedules = try SchedulerService(stack: stack, host: host)
        s3 = try S3(stack: stack, host: host)
        // After the services that records come from and go to.
        mappings = try EventSourceMappings(
            stack: stack, pools: pools, queues: queues, database: database, host: host)
        userPools = try CognitoService(stack: stack, functions: pools, host: host)
        mailbox = userPools.mailbox
        gateway = try APIGateway(stack: stack, pools: pools, issuers: userPools, host: host)
        // S3 last: its bare paths may be anyone's.
        all = [gateway, queues, events, schedules, mappings, userPools, PoolDocuments(of: userPools), s3]
        // Last: what was left may be for any of them.
        try functions.resume()
        try events.resume()
        try schedules.resume()
        try gateway.resume(after: earlier?.gateway)
    }

    func handle(_ call: ServiceCall) {
        // A body that S3 has taken is for nobody else.
        if call.request.sink != nil { return s3.handle(traced(call)) }
        if let service = all.first(where: { $0.owns(call.request) }) { return service.handle(traced(call)) }
        let body: JSONValue = [
            "message": .string(
                "The emulator has nothing at \(call.request.method) \(call.request.path)\(call.request.targetText). "
                    + "`emulator doctor` says what it serves.")
        ]
        call.answer(HTTPResponse(.notFound, json: body.compactBytes))
    }

    /// A call that notes its time when it is answered, if its caller passes a trace on.
    private func traced(_ call: ServiceCall) -> ServiceCall {
        guard let trace = call.request.headers.first(name: Deployment.traceHeader) else { return call }
        let start = Traces.now()
        let (traces, service, operation) = (host.traces, call.request.serviceName, call.request.operationName)
        return ServiceCall(request: call.request, caller: call.caller) { response in
            traces.record(trace, service, operation, since: start, isError: response.status.code >= 400)
            call.answer(response)
        }
    }

    /// Begins nothing more by itself and keeps nobody waiting, so that others can take over once nothing is in hand:
    /// all that is to go on is kept in the journal.
    func windDown() {
        host.timers.close()
        functions.windDown()
        mappings.windDown()
        queues.windDown()
        gateway.windDown()
    }

    /// Goes on with what is not kept: the open sockets.
    func takeOver(_ others: Services) { gateway.takeOver(others.gateway) }

    func close() {
        gateway.close()
        queues.windDown()
        host.timers.close()
    }
}
