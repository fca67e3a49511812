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

    var answer: @Sendable (HTTPResponse) -> Void { respond }
}

extension HTTPRequest {
    /// The service in the scope of its signature, such as `sqs`; `http` if there is none.
    ///
    /// - Note: Source: AWS General Reference, "Elements of an AWS API request signature", credential scope.
    var serviceName: String {
        let header = headers.first(name: "Authorization") ?? ""
        let scope = header.split(separator: ",").first?.split(separator: "/") ?? []
        return scope.count == 5 ? String(scope[3]) : "http"
    }

    /// Which call of which service, where neither method nor path says so: ` for Kinesis_20131202.ListStreams`.
    var targetText: String {
        if let target = headers.first(name: "X-Amz-Target") { return " for \(target)" }
        return serviceName == "http" ? "" : " for the service \(serviceName)"
    }

    /// What is asked for: `SendMessage`, or method and path.
    var operationName: String {
        let target = headers.first(name: "X-Amz-Target")?.split(separator: ".").last
        return target.map { String($0) } ?? "\(method) \(path)"
    }
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
