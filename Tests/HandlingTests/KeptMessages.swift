import JSON
import Services
import Synchronization

/// A queue that keeps what it is sent, or refuses it.
final class KeptMessages: MessageQueue {
    private let error: ServiceError?
    private let kept = Mutex<[QueueMessage]>([])
    init(_ error: ServiceError? = nil) { self.error = error }

    func send(_ messages: [QueueMessage]) async throws(ServiceError) {
        if let error, !messages.isEmpty { throw error }
        kept.withLock { $0 += messages }
    }

    var bodies: [JSONValue] {
        get throws { try kept.withLock { $0 }.map { try parseJSON($0.body) } }
    }
}
