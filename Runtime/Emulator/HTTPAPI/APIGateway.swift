import JSON
import NIOCore
import NIOHTTP1
import Template

/// The APIs of the template, at the addresses of ``APIAddress``.
final class APIGateway: EmulatedService {
    /// By id.
    private var httpAPIs: [String: HTTPAPI] = [:]

    /// - Parameter issuers: the user pools; their keys verify the tokens that they have signed.
    init(
        stack: Stack, pools: [FunctionPool], issuers: (any TokenIssuers)?, host: ServiceHost
    ) throws(EmulatorError) {
        let byID = Dictionary(uniqueKeysWithValues: pools.map { ($0.function.logicalID, $0) })
        let poolIssuers = stack.resources.filter { $0.type == "AWS::Cognito::UserPool" }
            .compactMap { $0.attributes["ProviderURL"] }
        for api in stack.httpAPIs {
            httpAPIs[api.id] = try HTTPAPI(
                api, pools: byID, issuers: issuers, poolIssuers: Set(poolIssuers), host: host)
        }
    }

    func owns(_ request: HTTPRequest) -> Bool {
        request.path.hasPrefix(APIAddress.pathPrefix) || APIAddress.isHost(of: request)
    }

    func handle(_ call: ServiceCall) {
        guard let address = APIAddress(call.request), let api = httpAPIs[address.id] else {
            return call.answer(unknown(call.request))
        }
        api.handle(call.request, at: address) { call.answer($0) }
    }

    /// On AWS the name of such an API leads nowhere.
    private func unknown(_ request: HTTPRequest) -> HTTPResponse {
        let known = httpAPIs.keys.sorted().joined(separator: ", ")
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
