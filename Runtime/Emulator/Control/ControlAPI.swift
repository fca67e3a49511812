import JSON
import NIOCore
import NIOHTTP1
import Time

/// What `emulator advance` and its kin ask of a running emulator: JSON over HTTP below `/_emulator/`.
struct ControlAPI: Sendable {
    static let pathPrefix = "/_emulator/"

    let deployment: Deployment

    func handle(_ request: HTTPRequest, respond: @escaping @Sendable (HTTPResponse) -> Void) {
        Task {
            do throws(EmulatorError) {
                let answer = try await answer(to: request)
                respond(HTTPResponse(.ok, json: answer.compactBytes))
            } catch {
                let body: JSONValue = ["message": .string(error.description)]
                respond(HTTPResponse(.badRequest, json: body.compactBytes))
            }
        }
    }

    private func answer(to request: HTTPRequest) async throws(EmulatorError) -> JSONValue {
        switch (request.method, request.path.dropFirst(Self.pathPrefix.count)) {
        case (.GET, "clock"): return clock()
        case (.GET, "traces"): return deployment.traces.recent
        case (.GET, let path) where path.hasPrefix("traces/"): return try trace(String(path.dropFirst(7)))
        case (.POST, "clock"): return try await moveClock(try input(of: request))
        case (.POST, "snapshot"): return try await snapshot(try input(of: request))
        default:
            throw EmulatorError("The emulator has no control \(request.method) \(request.path).")
        }
    }

    private func input(of request: HTTPRequest) throws(EmulatorError) -> JSONValue {
        do { return try request.body.withUnsafeReadableBytes { try parseJSON($0) } } catch {
            throw EmulatorError("The body is no JSON: \(error).")
        }
    }

    private func trace(_ root: String) throws(EmulatorError) -> JSONValue {
        guard let report = deployment.traces.report(of: root) else {
            throw EmulatorError("There is no trace \(root), or no more: the latest \(Traces.tracesMax) are kept.")
        }
        return report
    }

    /// `{"folder": <path from the root>}`
    private func snapshot(_ input: JSONValue) async throws(EmulatorError) -> JSONValue {
        guard let folder = input["folder"]?.string else { throw EmulatorError("Give `folder`.") }
        let start = ContinuousClock.now
        try await deployment.makeSnapshot(folder)
        let time = (ContinuousClock.now - start).wholeMilliseconds
        return ["folder": .string(folder), "milliseconds": .number(JSONNumber(Int(time)))]
    }

    // MARK: Clock

    private func clock() -> JSONValue {
        let ahead = deployment.clock.ahead.map { JSONValue.number(JSONNumber(Int($0.wholeMilliseconds))) }
        return ["now": .string(deployment.clock.now.description), "aheadMilliseconds": ahead ?? .null]
    }

    /// `{"to": <RFC 3339>}` or `{"byMilliseconds": <number>}`.
    private func moveClock(_ input: JSONValue) async throws(EmulatorError) -> JSONValue {
        let count: Int
        if let text = input["to"]?.string {
            guard let instant = Timestamp(rfc3339: text) else {
                throw EmulatorError("'\(text)' is no instant such as 2023-02-23T18:00:00Z.")
            }
            count = try await deployment.advance(to: instant)
        } else if let milliseconds = input["byMilliseconds"]?.int {
            count = try await deployment.advance(byMilliseconds: milliseconds)
        } else {
            throw EmulatorError("Give `to` or `byMilliseconds`.")
        }
        guard var answer = clock().object else { return .null }
        answer["instantsDue"] = .number(JSONNumber(count))
        return .object(answer)
    }
}
