import JSON
import LambdaRuntime
import Synchronization
import Time

/// Keeps what an invocation writes to its log.
final class WrittenLines: Sendable {
    private let texts = Mutex<[String]>([])

    var context: InvocationContext {
        InvocationContext(
            requestID: "r", deadline: Timestamp(seconds: 1), receivedAt: Timestamp(seconds: 1),
            logger: Logger(LogSettings(format: .json)) { [self] _, bytes in
                texts.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
            })
    }

    func parsed() throws -> [JSONValue] { try texts.withLock { $0 }.map { try parseJSON($0) } }
}
