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
        enum Step {
            case run(ExecutionEnvironment)
            case start
            case wait
            case refuse(InvocationRefusal)
        }
        let step: Step = state.withLock { state in
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
        state.withLock { state in
            if let waiting = state.waiting.popFirst() { return waiting }
            // An environment that was given up in the meantime must not be handed out again.
            if state.environments[ObjectIdentifier(environment)] != nil { state.idle.append(environment) }
            return nil
        }
    }

    /// An environment is gone. One that never got to ask for work takes the longest waiting invocation with it, so
    /// that a function that can't start fails its callers and is not started for ever.
    func environmentEnded(_ environment: ExecutionEnvironment, failedInit failure: FunctionFailure?) {
        let (victim, isWanted): (Waiting?, Bool) = state.withLock { state in
            guard state.environments.removeValue(forKey: ObjectIdentifier(environment)) != nil else {
                return (nil, false)
            }
            state.idle.removeAll { $0 === environment }
            let victim = failure == nil ? nil : state.waiting.popFirst()
            return (victim, !state.waiting.isEmpty && !state.isShuttingDown)
        }
        if let victim, let failure {
            victim.completion(.success(environment.result(of: victim.invocation, failedBy: failure)))
        }
        if isWanted { startEnvironment() }
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
