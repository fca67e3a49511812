import DynamoDBAPI
import JSON
import NIOCore
import NIOHTTP1
import Synchronization

/// Counts what functions use. Shared by all deployments of a configuration, so cases are counted one at a time.
///
/// What DynamoDB's requests cost it has DynamoDB's endpoint say itself, by asking for `ConsumedCapacity` in the
/// functions' place. A write whose condition fails costs on AWS what it would have written; no capacity is told of it,
/// and it is counted as one unit.
package final class UsageMeter: Sendable {
    private let usage = Mutex(Usage())
    /// The ids of sockets opened since the last time: one that a case leaves open ends in the next one's.
    private let open = Mutex<Set<String>>([])

    package init() {}

    /// What was used since the last time.
    func take() -> Usage {
        open.withLock { $0 = [] }
        return usage.withLock { usage in
            defer { usage = Usage() }
            return usage
        }
    }

    func note(_ record: InvocationRecord) {
        usage.withLock { usage in
            var invocations = usage.invocations[record.function] ?? .init()
            invocations.count += 1
            invocations.billedMilliseconds += record.billedMilliseconds
            invocations.gigabyteSeconds +=
                Double(record.billedMilliseconds) / 1_000 * Double(record.memoryMegabytes) / 1_024
            usage.invocations[record.function] = invocations
            usage.logBytes += record.text.count
        }
    }

    func note(call action: String, count: Int = 1) {
        guard count > 0, !action.hasPrefix("dynamodb:") else { return }
        usage.withLock { $0.calls[action, default: 0] += count }
    }

    // MARK: WebSockets

    func noteMessage(bytes: Int) {
        usage.withLock { $0.socketMessages += max(1, (bytes + 32_767) / 32_768) }
    }

    /// Its first minute, which costs even if it is not over.
    func noteConnection(_ id: String) {
        _ = open.withLock { $0.insert(id) }
        usage.withLock { $0.connectionMinutes += 1 }
    }

    /// The minutes after the first.
    func noteConnection(_ id: String, endedAfter time: Duration) {
        guard open.withLock({ $0.remove(id) }) != nil else { return }
        usage.withLock { $0.connectionMinutes += Int(max(0, time.microseconds - 1) / 60_000_000) }
    }

    // MARK: DynamoDB

    /// A function's request as it is sent on, to have it told what it costs, and the way of its answer.
    ///
    /// - Parameter target: `DynamoDB_20120810.GetItem`.
    func metered(
        _ request: HTTPRequest, _ target: String, _ respond: @escaping @Sendable (HTTPResponse) -> Void
    ) -> (HTTPRequest, @Sendable (HTTPResponse) -> Void) {
        let body = (try? request.body.withUnsafeReadableBytes { try parseJSON($0) })?.object
        // What is no JSON will be refused.
        guard var body, let operation = target.split(separator: ".").last else { return (request, respond) }
        body["ReturnConsumedCapacity"] = "TOTAL"
        var request = request
        request.body = ByteBuffer(bytes: JSONValue.object(body).compactBytes)
        return (
            request,
            { response in
                self.note(String(operation), response)
                respond(response)
            }
        )
    }

    private func note(_ operation: String, _ response: HTTPResponse) {
        guard let body = try? response.body.withUnsafeReadableBytes({ try parseJSON($0) }) else { return }
        let told = body["ConsumedCapacity"]
        let capacities = told?.array ?? told.map { [$0] } ?? []
        let units = capacities.reduce(0) { $0 + ($1["CapacityUnits"]?.double ?? 0) }
        let isRead = ["GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"].contains(operation)
        let type = body["__type"]?.string ?? ""
        let isRefused = ["ConditionalCheckFailedException", "TransactionCanceledException"].contains(
            where: type.hasSuffix)
        usage.withLock { usage in
            if isRead { usage.readUnits += units } else { usage.writeUnits += isRefused ? 1 : units }
        }
    }
}
