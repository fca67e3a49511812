import JSON
import NIOCore
import Routing
import Template
import Time

/// Invocations that nobody waits for: kept until they have succeeded or been given up.
///
/// - Note: Source: AWS Lambda Developer Guide, "Invoking a Lambda function asynchronously".
final class AsyncInvocations: DeliveryTarget {
    /// Ours: events that wait or run. AWS names no bound.
    static let eventsMax = 100_000
    private static let kind = "lambda.invocation"
    private static let errorMessageBytesMax = 1_024

    private struct Function {
        var pool: FunctionPool
        var config: AsyncInvocationConfig
        var retries: AsynchronousRetryPolicy
    }

    private let host: ServiceHost
    /// By ARN.
    private var functions: [String: Function] = [:]
    private var count = 0
    private var isWindingDown = false

    init(pools: [FunctionPool], stack: Stack, host: ServiceHost) throws(EmulatorError) {
        self.host = host
        for pool in pools {
            guard let resource = stack.function(pool.function.logicalID) else { continue }
            functions[pool.function.arn] = try Self.function(pool, resource)
        }
    }

    private static func function(
        _ pool: FunctionPool, _ resource: FunctionResource
    ) throws(EmulatorError) -> Function {
        do {
            let config = try AsyncInvocationConfig(of: resource)
            let retries = try AsynchronousRetryPolicy(
                maximumRetryAttempts: config.retriesMax, maximumEventAgeInSeconds: config.ageSecondsMax)
            return Function(pool: pool, config: config, retries: retries)
        } catch {
            throw EmulatorError("\(error)")
        }
    }

    /// Takes up what an earlier run left. To be called when everything is there that can be sent to.
    func resume() throws(EmulatorError) {
        for (_, function) in functions {
            let config = function.config
            for arn in [config.onSuccess, config.onFailure, config.deadLetterQueue].compactMap({ $0 })
            where !host.targets.canDeliver(to: arn) {
                throw EmulatorError(
                    "\(function.pool.function.logicalID): nothing here takes what is sent to \(arn).")
            }
        }
        for (key, value) in try host.journal.load(Self.kind) {
            guard let event = AsyncEvent(record: value, requestID: key) else {
                throw EmulatorError("The kept invocation \(key) can't be read.")
            }
            count += 1
            wait(for: event)
        }
    }

    /// Takes events, and runs none any more.
    func windDown() { isWindingDown = true }

    // MARK: Coming in

    func accept(_ delivery: Delivery, for arn: String) throws(DeliveryFailure) {
        guard functions[arn] != nil else {
            throw DeliveryFailure(
                code: "ResourceNotFoundException", message: "Function not found: \(arn)", isTemporary: false)
        }
        guard
            enqueue(
                ByteBuffer(bytes: delivery.payload), functionARN: arn, requestID: host.identifiers.requestID(),
                trace: delivery.trace)
        else {
            throw DeliveryFailure(
                code: "TooManyRequestsException", message: "\(Self.eventsMax) events wait already.", isTemporary: true)
        }
    }

    /// - Parameter functionARN: of a function that is there.
    /// - Returns: false if too many wait already.
    func enqueue(_ payload: ByteBuffer, functionARN: String, requestID: String, trace: String) -> Bool {
        guard count < Self.eventsMax else { return false }
        count += 1
        let now = host.clock.now
        let next = Lineage.entering(functionARN, with: trace)
        let event = AsyncEvent(
            functionARN: functionARN, requestID: requestID, trace: next ?? trace, payload: payload, acceptedAt: now,
            dueAt: now)
        host.journal.put(Self.kind, requestID, event.record)
        if next != nil || functions[functionARN]?.pool.function.allowsLoops == true {
            run(event)
        } else if let function = functions[functionARN] {
            host.log.noteLoop(of: function.pool.function.logicalID)
            giveUp(event, of: function, condition: RetryLimit.attempts.lambdaName, outcome: nil)
        }
        return true
    }

    // MARK: Running

    private func wait(for event: AsyncEvent) {
        host.timers.schedule(at: event.dueAt) { [self] in run(event) }
    }

    private func run(_ event: AsyncEvent) {
        // It is kept, and runs when the next services take up what these have left.
        if isWindingDown { return }
        // The template no longer has the function.
        guard let function = functions[event.functionARN] else { return forget(event) }
        // Events of a function that is switched off go to the dead letters at once.
        guard function.pool.function.concurrencyMax > 0 else {
            return giveUp(event, of: function, condition: "RetriesExhausted", outcome: nil)
        }
        let invocation = Invocation(
            requestID: event.requestID, traceID: event.trace, payload: event.payload, time: host.clock.now)
        function.pool.invoke(
            invocation, completion: host.callback { [self] result in ended(event, of: function, with: result) })
    }

    private func ended(
        _ event: AsyncEvent, of function: Function, with result: Result<InvocationResult, InvocationRefusal>
    ) {
        var event = event
        let now = host.clock.now
        switch result {
        // It goes on after the next start.
        case .failure(.shuttingDown): return
        case .failure(.throttled):
            event.systemFailures += 1
            let next = function.retries.decide(
                after: .system, count: event.systemFailures, since: event.acceptedAt, at: now)
            retry(event, of: function, next, outcome: nil)
        case .success(let outcome) where outcome.isError:
            event.functionFailures += 1
            let next = function.retries.decide(
                after: .function, count: event.functionFailures, since: event.acceptedAt, at: now)
            retry(event, of: function, next, outcome: outcome)
        case .success(let outcome):
            if let arn = function.config.onSuccess { send(event, "Success", outcome, to: arn) }
            forget(event)
        }
    }

    private func retry(
        _ event: AsyncEvent, of function: Function, _ decision: RetryDecision, outcome: InvocationResult?
    ) {
        switch decision {
        case .retry(let due):
            var event = event
            event.dueAt = due
            host.journal.put(Self.kind, event.requestID, event.record)
            if host.trial?.disturbance?.retriesAtOnce ?? false { run(event) } else { wait(for: event) }
        case .giveUp(let limit): giveUp(event, of: function, condition: limit.lambdaName, outcome: outcome)
        }
    }

    private func forget(_ event: AsyncEvent) {
        count -= 1
        host.journal.remove(Self.kind, event.requestID)
    }

    // MARK: Ends

    private func giveUp(_ event: AsyncEvent, of function: Function, condition: String, outcome: InvocationResult?) {
        if let arn = function.config.onFailure { send(event, condition, outcome, to: arn) }
        if let arn = function.config.deadLetterQueue { bury(event, outcome, in: arn) }
        forget(event)
    }

    private func send(_ event: AsyncEvent, _ condition: String, _ outcome: InvocationResult?, to arn: String) {
        let record = event.destinationRecord(condition, outcome: outcome, at: host.clock.now)
        var delivery = Delivery(payload: record.compactBytes, trace: event.trace, source: event.functionARN)
        delivery.envelope = EventEnvelope(
            source: "lambda",
            detailType: "Lambda Function Invocation Result - \(condition == "Success" ? "Success" : "Failure")",
            resources: [event.functionARN + ":$LATEST", arn])
        deliver(delivery, to: arn, from: event)
    }

    /// - Note: Source: AWS Lambda Developer Guide, "Adding a dead-letter queue", message attributes.
    private func bury(_ event: AsyncEvent, _ outcome: InvocationResult?, in arn: String) {
        let error = outcome.flatMap { try? parseJSON(Array($0.payload.readableBytesView)) }
        let message = (error?["errorMessage"]?.string ?? "Rate Exceeded.").utf8.prefix(Self.errorMessageBytesMax)
        var delivery = Delivery(
            payload: Array(event.payload.readableBytesView), trace: event.trace, source: event.functionARN)
        delivery.messageAttributes = [
            ("RequestID", event.requestID), ("ErrorCode", outcome == nil ? "429" : "200"),
            ("ErrorMessage", String(decoding: message, as: UTF8.self)),
        ]
        deliver(delivery, to: arn, from: event)
    }

    private func deliver(_ delivery: Delivery, to arn: String, from event: AsyncEvent) {
        do throws(DeliveryFailure) {
            try host.targets.deliver(delivery, to: arn)
        } catch {
            // As on AWS, where only a metric tells of it.
            host.log.note("\(event.functionARN) could not send to \(arn): \(error.message)")
        }
    }
}
