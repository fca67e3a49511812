import JSON
import NIOCore
import Time

/// Invocations that nobody waits for: kept until they have been carried out.
///
/// - Note: Source: AWS Lambda Developer Guide, "Invoking a Lambda function asynchronously".
final class AsyncInvocations: DeliveryTarget {
    private static let kind = "lambda.invocation"

    private let host: ServiceHost
    /// By ARN.
    private let pools: [String: FunctionPool]

    fileprivate struct Event {
        var functionARN: String
        var requestID: String
        var trace: String
        var payload: ByteBuffer
    }

    init(pools: [FunctionPool], host: ServiceHost) {
        self.host = host
        self.pools = Dictionary(uniqueKeysWithValues: pools.map { ($0.function.arn, $0) })
    }

    /// Takes up what an earlier run left.
    func resume() throws(EmulatorError) {
        for (key, value) in try host.journal.load(Self.kind) {
            guard let event = Event(record: value, requestID: key) else {
                throw EmulatorError("The kept invocation \(key) can't be read.")
            }
            run(event)
        }
    }

    func accept(_ delivery: Delivery, for arn: String) throws(DeliveryFailure) {
        guard pools[arn] != nil else {
            throw DeliveryFailure(
                code: "ResourceNotFoundException", message: "Function not found: \(arn)", isTemporary: false)
        }
        enqueue(
            ByteBuffer(bytes: delivery.payload), functionARN: arn, requestID: host.identifiers.requestID(),
            trace: delivery.trace)
    }

    /// - Parameter functionARN: of a function that is there.
    func enqueue(_ payload: ByteBuffer, functionARN: String, requestID: String, trace: String) {
        let event = Event(functionARN: functionARN, requestID: requestID, trace: trace, payload: payload)
        host.journal.put(Self.kind, requestID, event.record)
        run(event)
    }

    private func run(_ event: Event) {
        // The template no longer has the function.
        guard let pool = pools[event.functionARN] else { return host.journal.remove(Self.kind, event.requestID) }
        let invocation = Invocation(
            requestID: event.requestID, traceID: event.trace, payload: event.payload,
            time: host.clock.now)
        pool.invoke(
            invocation,
            completion: host.callback { [self] result in
                // Those that wait at the end go on after the next start.
                if case .failure(.shuttingDown) = result { return }
                host.journal.remove(Self.kind, event.requestID)
            })
    }
}

extension AsyncInvocations.Event {
    fileprivate var record: [UInt8] {
        let value: JSONValue = [
            "function": .string(functionARN), "trace": .string(trace),
            "payload": .string(String(buffer: payload)),
        ]
        return value.compactBytes
    }

    fileprivate init?(record: [UInt8], requestID: String) {
        guard let value = try? parseJSON(record), let function = value["function"]?.string,
            let trace = value["trace"]?.string, let payload = value["payload"]?.string
        else { return nil }
        self.init(functionARN: function, requestID: requestID, trace: trace, payload: ByteBuffer(string: payload))
    }
}
