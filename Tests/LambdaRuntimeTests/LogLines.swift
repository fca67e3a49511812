import JSON
import LambdaRuntime
import Synchronization

/// Keeps what was logged.
final class LogLines: Sendable {
    private let written = Mutex<[(stream: Logger.Stream, line: String)]>([])

    func logger(_ settings: LogSettings = LogSettings(format: .json, level: .trace)) -> Logger {
        Logger(settings) { [self] stream, bytes in
            written.withLock { $0.append((stream, String(decoding: bytes, as: UTF8.self))) }
        }
    }

    var all: [(stream: Logger.Stream, line: String)] { written.withLock { $0 } }
    var json: [JSONValue] { all.map { (try? parseJSON($0.line)) ?? .null } }
}
