import NIOCore
import NIOHTTP1

/// A request to an emulated service, and how to answer it: once, on the services' loop.
struct ServiceCall {
    let request: HTTPRequest
    let caller: Caller
    private let respond: @Sendable (HTTPResponse) -> Void

    init(request: HTTPRequest, caller: Caller, respond: @escaping @Sendable (HTTPResponse) -> Void) {
        self.request = request
        self.caller = caller
        self.respond = respond
    }

    func answer(_ response: HTTPResponse) { respond(response) }
}

/// Who calls: the account's owner, or a function by its logical id.
enum Caller: Hashable, Sendable {
    case account
    case function(String)
}

/// One of the services that stand in for AWS's, on the services' loop.
protocol EmulatedService: AnyObject {
    /// Whether a request is for this service.
    func owns(_ request: HTTPRequest) -> Bool

    func handle(_ call: ServiceCall)
}
