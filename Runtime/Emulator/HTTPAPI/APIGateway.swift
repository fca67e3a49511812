import JSON
import NIOCore
import NIOHTTP1
import Routing
import Template

/// The APIs of the template, at the addresses of ``APIAddress``.
final class APIGateway: EmulatedService {
    /// By id.
    private var httpAPIs: [String: HTTPAPI] = [:]
    private var webSocketAPIs: [String: WebSocketAPI] = [:]
    private let connections: WebSocketConnections

    /// - Parameter issuers: the user pools; their keys verify the tokens that they have signed.
    init(
        stack: Stack, pools: [FunctionPool], issuers: (any TokenIssuers)?, host: ServiceHost
    ) throws(EmulatorError) {
        connections = WebSocketConnections(host: host)
        let byID = Dictionary(uniqueKeysWithValues: pools.map { ($0.function.logicalID, $0) })
        let poolIssuers = stack.resources.filter { $0.type == "AWS::Cognito::UserPool" }
            .compactMap { $0.attributes["ProviderURL"] }
        for api in stack.httpAPIs {
            httpAPIs[api.id] = try HTTPAPI(
                api, pools: byID, issuers: issuers, poolIssuers: Set(poolIssuers), host: host)
        }
        let sockets: [WebSocketAPIResource]
        do throws(TemplateError) { sockets = try stack.webSocketAPIs() } catch { throw EmulatorError("\(error)") }
        for api in sockets {
            webSocketAPIs[api.id] = try WebSocketAPI(api, pools: pools, connections: connections, host: host)
        }
    }

    /// Takes up what an earlier run left.
    ///
    /// - Parameter earlier: the gateway whose open sockets are taken over later.
    func resume(after earlier: APIGateway?) throws(EmulatorError) {
        try connections.resume(webSocketAPIs, open: earlier?.connections.ids ?? [])
    }

    func owns(_ request: HTTPRequest) -> Bool {
        request.path.hasPrefix(APIAddress.pathPrefix) || APIAddress.isHost(of: request)
            || WebSocketConnections.connectionID(inPath: request.path) != nil
    }

    func handle(_ call: ServiceCall) {
        let request = call.request
        guard let address = APIAddress(request) else {
            let id = WebSocketConnections.connectionID(inPath: request.path) ?? ""
            return call.answer(connections.handle(request, from: call.caller, connection: id))
        }
        if let api = httpAPIs[address.id] {
            api.handle(request, at: address) { call.answer($0) }
        } else if let api = webSocketAPIs[address.id] {
            let segments = address.segments
            if segments.count == 3, segments[1] == WebSocketConnections.pathSegment {
                call.answer(connections.handle(request, from: call.caller, connection: segments[2]))
            } else {
                api.connect(request, at: address, call.answer)
            }
        } else {
            call.answer(unknown())
        }
    }

    func close() { connections.close() }

    func windDown() { connections.windDown() }

    func takeOver(_ other: APIGateway) { connections.takeOver(other.connections, apis: webSocketAPIs) }

    /// On AWS the name of such an API leads nowhere.
    private func unknown() -> HTTPResponse {
        let known = (Array(httpAPIs.keys) + Array(webSocketAPIs.keys)).sorted().joined(separator: ", ")
        let body: JSONValue = [
            "message": .string(
                "The template has no API of this address. Its APIs are: \(known.isEmpty ? "none" : known).")
        ]
        return HTTPResponse(.notFound, json: body.compactBytes)
    }

    /// The functions and events of a request to a route of an API, as if it had come from outside.
    func event(of request: HTTPRequest, toAPI id: String) -> (function: String, event: JSONValue)? {
        guard let address = APIAddress(request) else { return nil }
        return httpAPIs[id]?.event(of: request, at: address)
    }
}
