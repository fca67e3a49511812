import DynamoDBAPI
import JSON
import NIOCore
import NIOHTTP1
import Synchronization

/// Counts what functions use. Shared by all deployments of a configuration, so cases are counted one at a time.
///
/// What DynamoDB's requests cost it has DynamoDB's endpoint say itself, by asking for `ConsumedCapacity` in the functions'
/// place. A write whose condition fails costs on AWS what it would have written; no capacity is told of it, and it is
/// counted as one unit.
package final class UsageMeter: Sendable {
    private let usage = Mutex(Usage())

    package init() {}

    /// What was used since the last time.
    func take() -> Usage {
        usage.withLock { usage in
            defer { usage = Usage() }
            return usage
        }
    }

    func note(_ record: InvocationRecord) {
        let milliseconds = Double(record.duration.microseconds) / 1_000
        usage.withLock { usage in
            usage.invocations[record.function, default: .init()].count += 1
            usage.invocations[record.function, default: .init()].milliseconds += milliseconds
            // Lambda charges for whole milliseconds.
            usage.invocations[record.function, default: .init()].gigabyteSeconds +=
                milliseconds.rounded(.up) / 1_000 * Double(record.memoryMegabytes) / 1_024
            usage.logBytes += record.text.count
        }
    }

    func note(call action: String, count: Int = 1) {
        guard count > 0, !action.hasPrefix("dynamodb:") else { return }
        usage.withLock { $0.calls[action, default: 0] += count }
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
