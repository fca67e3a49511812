/// A case of a replay, as the deployment that serves it knows it: who looks on, and what is put in its way.
struct Trial: Sendable {
    let consequences: ConsequenceRecorder
    /// nil for a plain run.
    var disturbance: Disturbance?

    typealias Runner = @Sendable (Invocation, @escaping FunctionPool.Completion) -> Void

    /// Runs an invocation, once or again right after, and notes how it ended.
    ///
    /// - Parameter completion: gets what came of the first run.
    func run(
        _ invocation: Invocation, of function: String, by run: @escaping Runner,
        _ completion: @escaping FunctionPool.Completion
    ) {
        let isRepeated = disturbance?.repeatsInvocation() ?? false
        run(invocation) { [consequences] first in
            consequences.note(first, of: function, invocation.requestID)
            guard isRepeated else { return completion(first) }
            run(invocation) { second in
                consequences.note(second, of: function, invocation.requestID)
                completion(first)
            }
        }
    }
}
