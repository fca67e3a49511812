import JSON
import NIOHTTP1
import Synchronization

/// What stands at the emulator's address: the deployment there is now.
final class Entrance: HTTPService {
    private struct Held: Sendable {
        var request: HTTPRequest
        var respond: @Sendable (HTTPResponse) -> Void
    }

    private struct State {
        var deployment: Deployment?
        /// Requests in the order in which they came; nil while they go on at once.
        var held: [Held]?
    }

    private let state = Mutex(State())
    /// Requests held back at a time; more are told to try again.
    private static let heldMax = 10_000

    var deployment: Deployment? { state.withLock { $0.deployment } }

    /// - Returns: the deployment that was there.
    func replace(with deployment: Deployment?) -> Deployment? {
        state.withLock { state in
            defer { state.deployment = deployment }
            return state.deployment
        }
    }

    func sink(for head: HTTPRequestHead) -> (any HTTPBodySink)? { deployment?.sink(for: head) }

    /// Holds back what can wait, until ``release()``.
    func hold() { state.withLock { $0.held = $0.held ?? [] } }

    func release() {
        let held = state.withLock { state in
            defer { state.held = nil }
            return state.held ?? []
        }
        for entry in held { handle(entry.request, respond: entry.respond) }
    }

    func handle(_ request: HTTPRequest, respond: @escaping @Sendable (HTTPResponse) -> Void) {
        enum Step {
            case serve(Deployment)
            case wait
            case refuse
        }
        let step: Step = state.withLock { state in
            guard let deployment = state.deployment else { return .refuse }
            guard let count = state.held?.count, deployment.canWait(request) else { return .serve(deployment) }
            guard count < Self.heldMax else { return .refuse }
            state.held?.append(Held(request: request, respond: respond))
            return .wait
        }
        switch step {
        case .wait: break
        case .refuse:
            let body: JSONValue = ["message": "The emulator is starting or stopping. Try again in a moment."]
            respond(HTTPResponse(.serviceUnavailable, json: body.compactBytes))
        case .serve(let deployment): serve(request, by: deployment, respond)
        }
    }

    private func serve(
        _ request: HTTPRequest, by deployment: Deployment, _ respond: @escaping @Sendable (HTTPResponse) -> Void
    ) {
        guard !request.isBodyCut else {
            let body: JSONValue = ["message": "No service here takes a body of that size."]
            return respond(HTTPResponse(.payloadTooLarge, json: body.compactBytes))
        }
        deployment.handle(request, respond: respond)
    }
}
