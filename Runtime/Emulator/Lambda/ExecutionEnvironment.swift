import Glibc
import JSON
import NIOCore
import Synchronization
import Time

/// One process of a function with a Runtime API of its own.
///
/// It is starting until its first `next`, then idle or running, then ended; what ends it first decides what its
/// caller is told.
final class ExecutionEnvironment: Sendable {
    private let function: FunctionConfiguration
    private let number: Int
    private let host: LambdaHost
    private let loop: any EventLoop
    /// The pool lets go of an environment when that has ended, which undoes the circle.
    private let pool: FunctionPool

    struct Running: Sendable {
        var waiting: FunctionPool.Waiting
        var startedAt: ContinuousClock.Instant
        /// By ``Traces/now()``.
        var tracedFrom = Traces.now()
        var timer: Scheduled<Void>?
        var log: [UInt8] = []
        var logBytesDropped = 0
    }

    private enum Phase: Sendable {
        case starting
        case idle(respond: @Sendable (HTTPResponse) -> Void)
        case running(Running)
        /// Answered, and not yet back for more.
        case answered
        case ended
    }

    private struct State {
        var phase = Phase.starting
        var startedAt = ContinuousClock.now
        var initTimer: Scheduled<Void>?
        /// Set by the first `next`, taken by the first report.
        var initDuration: Duration?
        /// What was written before the first `next`; it goes to the first record.
        var initLog: [UInt8] = []
        /// The peak as last read, and when: reading it costs more than a short invocation.
        var memory: (megabytes: Int, readAt: ContinuousClock.Instant)?
        var process: FunctionProcess?
        var server: HTTPServer?
        var hasShutDown: [CheckedContinuation<Void, Never>] = []
        var processHasEnded = false
        /// Ends after the invocation in hand.
        var isRetired = false
    }
    private let state = Mutex(State())
    private static let memoryReadInterval = Duration.milliseconds(100)

    init(function: FunctionConfiguration, number: Int, host: LambdaHost, pool: FunctionPool) {
        self.function = function
        self.number = number
        self.host = host
        self.pool = pool
        loop = host.loops.next()
    }

    // MARK: Start

    func start() {
        Task {
            do {
                let server = try await HTTPServer.listen(
                    on: loop, port: 0, bodyBytesMax: LambdaQuotas.responseBytesMax,
                    service: { RuntimeAPI(environment: self) })
                let process = try startProcess(port: server.port)
                let isUnwanted = state.withLock { state in
                    state.server = server
                    state.process = process
                    if case .ended = state.phase { return true }
                    return false
                }
                if isUnwanted { process.signal(SIGKILL) }
            } catch {
                end(.executableMissing(String(describing: error)))
                processEnded(.exited(127))
            }
        }
    }

    private func startProcess(port: Int) throws(EmulatorError) -> FunctionProcess {
        let timer = loop.scheduleTask(in: .nanoseconds(LambdaQuotas.initTimeout.nanoseconds)) { [weak self] in
            guard let self else { return }
            let isStarting = self.state.withLock { if case .starting = $0.phase { true } else { false } }
            if isStarting { self.end(.initTimedOut) }
        }
        state.withLock { state in
            state.startedAt = .now
            state.initTimer = timer
        }
        return try FunctionProcess(
            executable: function.executable,
            environment: FunctionVariables.all(of: function, host: host, runtimeAPIPort: port),
            onOutput: { [self] bytes in keep(bytes) },
            onEnd: { [self] ending in processEnded(ending) })
    }

    // MARK: The Runtime API's calls

    /// `next`: the process is ready for work.
    func next(respond: @escaping @Sendable (HTTPResponse) -> Void) {
        enum Verdict {
            case welcome
            case ended
            /// SIGTERM is on its way.
            case retired
            case unanswered
        }
        let verdict: Verdict = state.withLock { state in
            switch state.phase {
            case .ended: return state.isRetired ? .retired : .ended
            case .running: return .unanswered
            case .starting:
                state.initTimer?.cancel()
                state.initDuration = .now - state.startedAt
            case .idle, .answered: break
            }
            state.phase = .idle(respond: respond)
            return .welcome
        }
        switch verdict {
        case .welcome: break
        case .ended: return respond(RuntimeAPI.gone)
        case .retired: return
        case .unanswered:
            end(.protocolViolation("it asked for the next event before it answered the one in hand"))
            return respond(RuntimeAPI.gone)
        }
        if let waiting = pool.nextInvocation(for: self) { run(waiting) }
    }

    /// Hands an invocation to the idle process.
    func run(_ waiting: FunctionPool.Waiting) {
        let limit = TimeAmount.nanoseconds(function.timeout.nanoseconds)
        let requestID = waiting.invocation.requestID
        let timer = loop.scheduleTask(in: limit) { [weak self] in
            guard let self else { return }
            if self.isRunning(requestID) { self.end(.timedOut(after: self.function.timeout)) }
        }
        let respond: (@Sendable (HTTPResponse) -> Void)? = state.withLock { state in
            guard case .idle(let respond) = state.phase else { return nil }
            state.phase = .running(Running(waiting: waiting, startedAt: .now, timer: timer))
            return respond
        }
        guard let respond else {
            // It died between being chosen and now: another one takes the invocation.
            timer.cancel()
            return pool.invoke(waiting.invocation, completion: waiting.completion)
        }
        let deadline = EmulatorClock.wall + function.timeout
        respond(RuntimeAPI.response(to: waiting.invocation, functionARN: function.arn, deadline: deadline))
    }

    private func isRunning(_ requestID: String) -> Bool {
        state.withLock { state in
            if case .running(let running) = state.phase {
                running.waiting.invocation.requestID == requestID
            } else {
                false
            }
        }
    }

    /// `response` and `error`.
    ///
    /// - Returns: false if that invocation is not the one in hand.
    func answer(_ requestID: String, payload: ByteBuffer, isError: Bool, contentType: String?) -> Bool {
        guard isRunning(requestID) else { return false }
        state.withLock { $0.process }?.drainOutput()
        guard let running = finish(requestID, phase: .answered) else { return false }
        let record = record(of: running, failure: nil)
        host.log.close(record, process: number, error: isError ? String(buffer: payload) : nil)
        trace(running, isError: isError)
        running.waiting.completion(
            .success(InvocationResult(payload: payload, isError: isError, contentType: contentType, record: record)))
        if state.withLock({ $0.isRetired }), !retire() { pool.environmentEnded(self, failedInit: nil) }
        return true
    }

    private func finish(_ requestID: String, phase: Phase) -> Running? {
        state.withLock { state in
            guard case .running(let running) = state.phase, running.waiting.invocation.requestID == requestID else {
                return nil
            }
            running.timer?.cancel()
            state.phase = phase
            return running
        }
    }

    /// `init/error`: the function says why it can't start.
    func failInit(payload: ByteBuffer) { end(.reported(payload)) }

    // MARK: The end

    /// Ends the environment for `reason`: whoever waits for it is told, and the process is killed.
    func end(_ reason: FunctionFailure) {
        let (phase, process): (Phase, FunctionProcess?) = state.withLock { state in
            defer { state.phase = .ended }
            state.initTimer?.cancel()
            return (state.phase, state.process)
        }
        process?.drainOutput()
        process?.signal(SIGKILL)
        switch phase {
        case .ended: break
        case .starting: pool.environmentEnded(self, failedInit: reason)
        case .idle, .answered: pool.environmentEnded(self, failedInit: nil)
        case .running(let running):
            running.timer?.cancel()
            let record = record(of: running, failure: reason.reason)
            host.log.close(record, process: number)
            trace(running, isError: true)
            let payload = reason.payload(requestID: running.waiting.invocation.requestID)
            running.waiting.completion(
                .success(InvocationResult(payload: payload, isError: true, contentType: nil, record: record)))
            pool.environmentEnded(self, failedInit: nil)
        }
    }

    private func processEnded(_ ending: FunctionProcess.Ending) {
        switch ending {
        case .exited(let status): end(.exited(status: status))
        case .signalled(let signal): end(.killed(signal: signal))
        }
        let (server, waiters) = state.withLock { state in
            state.processHasEnded = true
            defer { state.hasShutDown = [] }
            return (state.server, state.hasShutDown)
        }
        for waiter in waiters { waiter.resume() }
        Task { try? await server?.close() }
    }

    /// Takes no more work, and ends: at once, or after the invocation in hand.
    ///
    /// - Returns: whether there is one in hand. The pool is told when that has been answered, and not before.
    func retire() -> Bool {
        let isRunning = state.withLock { state in
            state.isRetired = true
            if case .running = state.phase { return true }
            state.initTimer?.cancel()
            state.phase = .ended
            return false
        }
        if !isRunning { Task { await shutDown() } }
        return isRunning
    }

    func endRunning() {
        let isRunning = state.withLock { if case .running = $0.phase { true } else { false } }
        if isRunning { end(.replaced) }
    }

    /// SIGTERM, then after the grace SIGKILL; returns when the process is gone.
    func shutDown() async {
        state.withLock { $0.process }?.signal(SIGTERM)
        let killer = loop.scheduleTask(in: .nanoseconds(LambdaQuotas.shutdownGrace.nanoseconds)) { [weak self] in
            guard let self else { return }
            self.end(.shutDown)
        }
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if !state.processHasEnded { state.hasShutDown.append(continuation) }
                return state.processHasEnded
            }
            if isOver { continuation.resume() }
        }
        killer.cancel()
    }

    // MARK: Log and report

    private func keep(_ bytes: UnsafeRawBufferPointer) {
        state.withLock { state in
            switch state.phase {
            case .starting:
                state.initLog.append(
                    contentsOf: bytes.prefix(LambdaQuotas.logBytesPerInvocationMax - state.initLog.count))
            case .running(var running):
                // Emptied first, so that the append below does not copy the log.
                state.phase = .answered
                let room = max(0, LambdaQuotas.logBytesPerInvocationMax - running.log.count)
                running.log.append(contentsOf: bytes.prefix(room))
                running.logBytesDropped += max(0, bytes.count - room)
                state.phase = .running(running)
            case .idle, .answered, .ended: break
            }
        }
        host.log.write(bytes, from: function.logicalID, process: number)
    }

    private func record(of running: Running, failure: String?) -> InvocationRecord {
        let duration = ContinuousClock.now - running.startedAt
        let (initDuration, initLog, memory) = state.withLock { state in
            defer {
                state.initDuration = nil
                state.initLog = []
            }
            return (state.initDuration, state.initLog, memoryPeak(&state))
        }
        return InvocationRecord(
            function: function.logicalID, requestID: running.waiting.invocation.requestID, duration: duration,
            initDuration: initDuration, memoryMegabytes: function.memoryMegabytes, memoryUsedMegabytes: memory,
            log: initLog + running.log, logBytesDropped: running.logBytesDropped, failure: failure)
    }

    private func trace(_ running: Running, isError: Bool) {
        host.traces.record(
            running.waiting.invocation.traceID, "lambda", function.logicalID, since: running.tracedFrom,
            isError: isError)
    }

    private func memoryPeak(_ state: inout State) -> Int {
        let now = ContinuousClock.now
        if let memory = state.memory, now - memory.readAt < Self.memoryReadInterval { return memory.megabytes }
        let peak = state.process?.peakMemoryMegabytes ?? state.memory?.megabytes ?? 0
        state.memory = (peak, now)
        return peak
    }

    /// The outcome of an invocation that this environment took down before it could run it.
    func result(of invocation: Invocation, failedBy reason: FunctionFailure) -> InvocationResult {
        let (duration, log, memory) = state.withLock { state in
            (ContinuousClock.now - state.startedAt, state.initLog, memoryPeak(&state))
        }
        let record = InvocationRecord(
            function: function.logicalID, requestID: invocation.requestID, duration: duration, initDuration: nil,
            memoryMegabytes: function.memoryMegabytes, memoryUsedMegabytes: memory, log: log, logBytesDropped: 0,
            failure: reason.reason)
        host.log.close(record, process: number)
        return InvocationResult(
            payload: reason.payload(requestID: invocation.requestID), isError: true, contentType: nil, record: record)
    }
}

extension Duration {
    var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
