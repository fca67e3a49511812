import DequeModule
import Synchronization

/// The execution environments of one function: started on demand, kept warm, at most as many as its concurrency.
///
/// Invocations beyond that wait in order, up to ``LambdaQuotas/waitingInvocationsMax``.
package final class FunctionPool: Sendable {
    package typealias Completion = @Sendable (Result<InvocationResult, InvocationRefusal>) -> Void

    package let function: FunctionConfiguration
    private let host: LambdaHost

    private struct State {
        /// Warm and waiting for work; the last one in is the first one out, so that few stay hot.
        var idle: [ExecutionEnvironment] = []
        var environments: [ObjectIdentifier: ExecutionEnvironment] = [:]
        var waiting: Deque<Waiting> = Deque()
        var isShuttingDown = false
        /// Takes what comes from now on: the same function, described anew.
        var successor: FunctionPool?
        /// Told how the first start after a renewal goes: nil if the environment is ready for work.
        var onStarted: (@Sendable (FunctionFailure?) -> Void)?
        var startedCount = 0
    }
    private let state = Mutex(State())

    struct Waiting: Sendable {
        var invocation: Invocation
        var completion: Completion
    }

    init(function: FunctionConfiguration, host: LambdaHost) {
        self.function = function
        self.host = host
    }

    /// Runs the function on one event, now or when an environment is free; `completion` is called once, from any
    /// thread.
    package func invoke(_ invocation: Invocation, completion: @escaping Completion) {
        guard let trial = host.trial else { return runOnce(invocation, completion) }
        trial.run(invocation, of: function.logicalID, by: runOnce, completion)
    }

    private func runOnce(_ invocation: Invocation, _ completion: @escaping Completion) {
        enum Step {
            case pass(FunctionPool)
            case run(ExecutionEnvironment)
            case start
            case wait
            case refuse(InvocationRefusal)
        }
        let step: Step = state.withLock { state in
            if let successor = state.successor { return .pass(successor) }
            if state.isShuttingDown { return .refuse(.shuttingDown) }
            guard function.concurrencyMax > 0 else {
                return .refuse(.throttled("\(function.name) has a reserved concurrency of 0."))
            }
            if let environment = state.idle.popLast() { return .run(environment) }
            guard state.waiting.count < LambdaQuotas.waitingInvocationsMax else {
                return .refuse(
                    .throttled("\(LambdaQuotas.waitingInvocationsMax) invocations of \(function.name) wait already."))
            }
            state.waiting.append(Waiting(invocation: invocation, completion: completion))
            return state.environments.count < function.concurrencyMax ? .start : .wait
        }
        switch step {
        case .pass(let successor): successor.invoke(invocation, completion: completion)
        case .run(let environment): environment.run(Waiting(invocation: invocation, completion: completion))
        case .start: startEnvironment()
        case .wait: break
        case .refuse(let refusal): completion(.failure(refusal))
        }
    }

    private func startEnvironment() {
        let environment: ExecutionEnvironment? = state.withLock { state in
            guard !state.isShuttingDown, state.environments.count < function.concurrencyMax else { return nil }
            state.startedCount += 1
            let environment = ExecutionEnvironment(
                function: function, number: state.startedCount, host: host, pool: self)
            state.environments[ObjectIdentifier(environment)] = environment
            return environment
        }
        environment?.start()
    }

    /// An environment asks for work.
    ///
    /// - Returns: what it is to run, or nil if it is now idle.
    func nextInvocation(for environment: ExecutionEnvironment) -> Waiting? {
        let onStarted = state.withLock { state in
            defer { state.onStarted = nil }
            return state.onStarted
        }
        onStarted?(nil)
        return state.withLock { state in
            if let waiting = state.waiting.popFirst() { return waiting }
            // An environment that was given up in the meantime must not be handed out again.
            if state.environments[ObjectIdentifier(environment)] != nil { state.idle.append(environment) }
            return nil
        }
    }

    /// An environment is gone. One that never got to ask for work takes the longest waiting invocation with it, so
    /// that a function that can't start fails its callers and is not started for ever.
    func environmentEnded(_ environment: ExecutionEnvironment, failedInit failure: FunctionFailure?) {
        let (victim, isWanted, onStarted) = state.withLock { state in
            guard state.environments.removeValue(forKey: ObjectIdentifier(environment)) != nil else {
                return (Waiting?.none, false, (@Sendable (FunctionFailure?) -> Void)?.none)
            }
            state.idle.removeAll { $0 === environment }
            let victim = failure == nil ? nil : state.waiting.popFirst()
            let onStarted = failure == nil ? nil : state.onStarted
            if failure != nil { state.onStarted = nil }
            let isWanted = !state.waiting.isEmpty || state.onStarted != nil
            return (victim, isWanted && !state.isShuttingDown, onStarted)
        }
        if let failure { onStarted?(failure) }
        if let victim, let failure {
            victim.completion(.success(environment.result(of: victim.invocation, failedBy: failure)))
        }
        if isWanted { startEnvironment() }
    }

    // MARK: Renewal

    /// Puts fresh environments in the place of those there are, for the executable is another one: each ends once it
    /// has answered what it has in hand; what waits goes on waiting.
    ///
    /// - Parameter onStarted: told how the first fresh one starts, if one is started now.
    /// - Returns: whether one is: a function that was cold stays so.
    func renew(onStarted: @escaping @Sendable (FunctionFailure?) -> Void) -> Bool {
        let environments = state.withLock { state in
            if !state.environments.isEmpty { state.onStarted = onStarted }
            return Array(state.environments.values)
        }
        guard !environments.isEmpty else { return false }
        retire(environments)
        let wanted = state.withLock { min($0.waiting.count, function.concurrencyMax) }
        for _ in 0..<max(1, wanted) { startEnvironment() }
        return true
    }

    /// Those with nothing in hand no longer count; the others do until they have answered.
    private func retire(_ environments: [ExecutionEnvironment]) {
        for environment in environments where !environment.retire() {
            state.withLock { state in
                state.idle.removeAll { $0 === environment }
                state.environments[ObjectIdentifier(environment)] = nil
            }
        }
    }

    /// Leaves everything to another pool: what is in hand is finished here, what waits and what comes goes there.
    ///
    /// - Parameter successor: nil if the function is gone; what waits is then refused.
    func handOver(to successor: FunctionPool?) {
        let (environments, waiting) = state.withLock { state in
            state.successor = successor
            state.isShuttingDown = true
            defer { state.waiting = Deque() }
            return (Array(state.environments.values), state.waiting)
        }
        for entry in waiting {
            if let successor {
                successor.invoke(entry.invocation, completion: entry.completion)
            } else {
                entry.completion(.failure(.shuttingDown))
            }
        }
        retire(environments)
    }

    /// Ends what takes too long to wait for; its callers are told so.
    func endRunning() {
        for environment in state.withLock({ Array($0.environments.values) }) { environment.endRunning() }
    }

    /// Ends every environment; invocations still waiting are refused.
    func shutDown() async {
        let (environments, waiting) = state.withLock { state in
            state.isShuttingDown = true
            defer {
                state.waiting = Deque()
                state.idle = []
            }
            return (Array(state.environments.values), Array(state.waiting))
        }
        for entry in waiting { entry.completion(.failure(.shuttingDown)) }
        await withTaskGroup(of: Void.self) { group in
            for environment in environments { group.addTask { await environment.shutDown() } }
        }
    }
}
