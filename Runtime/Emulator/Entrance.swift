import JSON
import NIOHTTP1
import Synchronization

/// What stands at the emulator's address: the deployment there is now.
final class Entrance: HTTPService {
    private let current = Mutex<Deployment?>(nil)

    var deployment: Deployment? { current.withLock { $0 } }

    /// - Returns: the deployment that was there.
    func replace(with deployment: Deployment?) -> Deployment? {
        current.withLock { current in
            defer { current = deployment }
            return current
        }
    }

    func handle(_ request: HTTPRequest, respond: @escaping @Sendable (HTTPResponse) -> Void) {
        guard let deployment else {
            let body: JSONValue = ["message": "The emulator is starting or stopping. Try again in a moment."]
            return respond(HTTPResponse(.serviceUnavailable, json: body.compactBytes))
        }
        guard !request.isBodyCut else {
            let body: JSONValue = ["message": "No service here takes a body of that size."]
            return respond(HTTPResponse(.payloadTooLarge, json: body.compactBytes))
        }
        deployment.handle(request, respond: respond)
    }
}
