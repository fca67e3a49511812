import JSON
import NIOCore
import Routing
import Time

/// The way of a batch to a function and back.
struct BatchInvocation {
    let pool: FunctionPool
    let host: ServiceHost
    let reportsFailures: Bool

    struct Answer {
        var requestID: String
        var outcome: BatchOutcome
        /// What the function carries over to the next batch of the same tumbling window.
        var state: JSONValue?
    }

    /// - Parameters:
    ///   - records: JSON texts.
    ///   - identifiers: of the records, in order.
    ///   - members: of the event, besides the records. With any, a reply without a `state` is a failure.
    ///   - trace: nil for a new one.
    ///   - completion: gets nil if the emulator is shutting down: nothing happened.
    func run(
        _ records: [[UInt8]], identifiers: [String], members: JSONObject = [:], trace: String?,
        completion: @escaping (Answer?) -> Void
    ) {
        var payload = ByteBuffer()
        payload.reserveCapacity(BatchWindow.envelopeBytes + records.reduce(0) { $0 + $1.count + 1 })
        payload.writeString("{\"Records\":[")
        for (index, record) in records.enumerated() {
            if index > 0 { payload.writeString(",") }
            payload.writeBytes(record)
        }
        payload.writeString("]")
        for (name, value) in members { payload.writeString(",\"\(name)\":\(value.compactText)") }
        payload.writeString("}")
        let now = host.clock.now
        let invocation = Invocation(
            requestID: host.identifiers.requestID(), traceID: trace ?? host.identifiers.traceID(at: now),
            payload: payload, time: now)
        let reportsFailures = reportsFailures
        let needsState = !members.isEmpty
        pool.invoke(
            invocation,
            completion: host.callback { result in
                var reply: JSONValue?
                switch result {
                case .failure(.shuttingDown): return completion(nil)
                case .failure(.throttled): break
                case .success(let result) where result.isError: break
                case .success(let result):
                    // What is no JSON is a failure only where the reply means something.
                    let text = result.payload.withUnsafeReadableBytes { $0.isEmpty ? .null : try? parseJSON($0) }
                    reply = text ?? (reportsFailures ? nil : .null)
                }
                let state = reply?["state"]
                var outcome = BatchOutcome.read(reply, identifiers: identifiers, reportsFailures: reportsFailures)
                if needsState, state == nil { outcome = .failure }
                if reply != nil {
                    host.trial?.consequences.noteRejected(
                        outcome.failedCount(of: identifiers.count), by: pool.function.logicalID, invocation.requestID)
                }
                completion(Answer(requestID: invocation.requestID, outcome: outcome, state: state))
            })
    }
}
