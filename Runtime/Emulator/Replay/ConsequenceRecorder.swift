import JSON
import NIOCore
import Routing
import Synchronization

/// Collects what follows from an event beside changes of the tables: functions that fail, events on buses, and what
/// goes over sockets.
final class ConsequenceRecorder: Sendable {
    /// A function that failed, whoever had called it.
    struct Failure: Sendable {
        var requestID: String
        var json: JSONValue
    }

    /// How much has gone over a socket, so that its other end can be waited for.
    struct Traffic: Sendable {
        var received = 0
        var sent = 0
        var hasEnded = false
    }

    private struct State {
        var failures: [Failure] = []
        var published: [JSONValue] = []
        var sockets: [String: Traffic] = [:]
        var lastSocketID: String?
    }
    private let state = Mutex(State())

    /// - Returns: what has come since the last call.
    func take() -> (failures: [Failure], published: [JSONValue]) {
        state.withLock { state in
            defer { (state.failures, state.published) = ([], []) }
            return (state.failures, state.published)
        }
    }

    // MARK: Functions

    func note(_ result: Result<InvocationResult, InvocationRefusal>, of function: String, _ requestID: String) {
        switch result {
        case .success(let result) where result.isError:
            let text = String(buffer: result.payload).replacing(requestID, with: "${RequestID}")
            let error = (try? parseJSON(text)) ?? .string(text)
            noteFailure(
                of: function, requestID,
                ["errorType": error["errorType"] ?? .null, "errorMessage": error["errorMessage"] ?? error])
        case .failure(.throttled(let reason)):
            noteFailure(of: function, requestID, ["errorType": "Throttled", "errorMessage": .string(reason)])
        case .success, .failure(.shuttingDown): break
        }
    }

    /// Records of a batch that a function gave back.
    func noteRejected(_ count: Int, by function: String, _ requestID: String) {
        guard count > 0 else { return }
        noteFailure(of: function, requestID, ["batchItemFailures": .number(JSONNumber(count))])
    }

    private func noteFailure(of function: String, _ requestID: String, _ error: JSONObject) {
        var json: JSONObject = ["function": .string(function)]
        for (name, value) in error { json[name] = value }
        state.withLock { $0.failures.append(Failure(requestID: requestID, json: .object(json))) }
    }

    // MARK: Buses

    func notePublished(_ event: BusEvent, on bus: String) {
        var json: JSONObject = [
            "bus": .string(bus), "source": .string(event.source), "detail-type": .string(event.detailType),
        ]
        if let resources = event.json["resources"], resources.array?.isEmpty == false { json["resources"] = resources }
        json["detail"] = event.json["detail"]
        state.withLock { $0.published.append(.object(json)) }
    }

    // MARK: Sockets

    func socketOpened(_ id: String) {
        state.withLock { state in
            state.sockets[id] = Traffic()
            state.lastSocketID = id
        }
    }

    func socketReceived(_ id: String) { state.withLock { $0.sockets[id]?.received += 1 } }
    func socketSent(_ id: String) { state.withLock { $0.sockets[id]?.sent += 1 } }
    func socketEnded(_ id: String) { state.withLock { $0.sockets[id]?.hasEnded = true } }

    /// Of the socket that was opened last.
    var lastSocketID: String? { state.withLock { $0.lastSocketID } }

    func traffic(of id: String) -> Traffic { state.withLock { $0.sockets[id] ?? Traffic() } }
}

extension BatchOutcome {
    /// - Parameter count: of the records in the batch.
    func failedCount(of count: Int) -> Int {
        switch self {
        case .success: 0
        case .partial(let failed): failed.count
        case .failure: count
        }
    }
}
