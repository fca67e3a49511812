import JSON
import NIOCore
import NIOHTTP1
import Routing
import Template
import Time

/// One HTTP API: finds a request's route, lets its authorizer judge, and makes an event of it.
final class HTTPAPI {
    private struct Route {
        var key: String
        var pool: FunctionPool
        /// Its place among the API's authorizers.
        var authorizer: Int?
        var scopes: [String]
        /// Its place among the times.
        var deadlines: Int
    }

    private let resource: HTTPAPIResource
    private let host: ServiceHost
    private var routes = HTTPRouteTable<Int>()
    private var targets: [Route] = []
    private var authorizers: [TokenAuthorizer] = []
    private var deadlines: [ReplyDeadlines] = []
    private let cors: CORSRules?

    /// - Throws: `EmulatorError` with the place of a route that API Gateway would refuse, or of an issuer that can't be
    ///   asked for its keys.
    init(
        _ resource: HTTPAPIResource, pools: [String: FunctionPool], issuers: (any TokenIssuers)?,
        poolIssuers: Set<String>, host: ServiceHost
    ) throws(EmulatorError) {
        self.resource = resource
        self.host = host
        cors = resource.cors.map { cors in
            CORSRules(
                origins: cors.allowOrigins, methods: cors.allowMethods, headers: cors.allowHeaders,
                exposed: cors.exposeHeaders, allowsCredentials: cors.allowCredentials, maxAgeSeconds: cors.maxAgeSeconds
            )
        }
        for authorizer in resource.authorizers {
            authorizers.append(try Self.authorizer(authorizer, issuers, poolIssuers, host))
        }
        var times: [Int: Int] = [:]
        for route in resource.routes {
            guard let pool = pools[route.functionID] else { continue }
            guard route.payloadFormatVersion == "2.0" else {
                throw EmulatorError(
                    "\(route.position): the emulator knows payload format 2.0 only; set PayloadFormatVersion to it")
            }
            let time = times[route.timeoutMilliseconds] ?? deadlines.count
            if time == deadlines.count {
                times[route.timeoutMilliseconds] = time
                deadlines.append(
                    ReplyDeadlines(after: .milliseconds(Int64(route.timeoutMilliseconds)), on: host.loop))
            }
            let authorizer = route.authorizer.flatMap { name in resource.authorizers.firstIndex { $0.name == name } }
            let scopes =
                route.authorizationScopes.isEmpty
                ? authorizer.map { resource.authorizers[$0].scopes } ?? [] : route.authorizationScopes
            do throws(RoutePatternFailure) {
                try routes.add(method: route.method, path: route.path, targets.count)
            } catch {
                throw EmulatorError("\(route.position): the route \(route.method) \(route.path): \(error)")
            }
            targets.append(
                Route(
                    key: route.path == "$default" ? "$default" : "\(route.method) \(route.path)", pool: pool,
                    authorizer: authorizer, scopes: scopes, deadlines: time))
        }
    }

    private static func authorizer(
        _ authorizer: JWTAuthorizer, _ issuers: (any TokenIssuers)?, _ poolIssuers: Set<String>, _ host: ServiceHost
    ) throws(EmulatorError) -> TokenAuthorizer {
        guard let source = TokenAuthorizer.Source(authorizer.identitySource) else {
            throw EmulatorError(
                "\(authorizer.position): IdentitySource must be such as $request.header.Authorization or "
                    + "$request.querystring.token, not \(authorizer.identitySource)")
        }
        let isPool = poolIssuers.contains(authorizer.issuer)
        // The emulator has no TLS: a library for it would be in every start of it.
        guard isPool || authorizer.issuer.hasPrefix("http://") else {
            throw EmulatorError(
                "\(authorizer.position): the issuer \(authorizer.issuer) is no user pool of this template, and the emulator "
                    + "asks others for their keys over http:// only; name a local issuer by a parameter")
        }
        return TokenAuthorizer(
            rules: TokenRules(issuer: authorizer.issuer, audience: authorizer.audience), source: source,
            keys: IssuerKeys(issuer: authorizer.issuer, issuers: isPool ? issuers : nil, host: host), host: host)
    }

    // MARK: Requests

    func handle(_ request: HTTPRequest, at address: APIAddress, _ respond: @escaping (HTTPResponse) -> Void) {
        let requestID = host.identifiers.gatewayRequestID()
        let origin = cors == nil ? nil : request.headers.first(name: "Origin")
        let answer: (HTTPResponse) -> Void = { [self] response in
            respond(finished(response, requestID: requestID, origin: origin))
        }
        if let refusal = Self.refusal(ofSize: request) { return answer(refusal) }
        if let origin, let cors, request.method == .OPTIONS,
            request.headers.contains(name: "Access-Control-Request-Method")
        {
            return respond(
                HTTPResponse(
                    .noContent,
                    headers: [("apigw-requestid", requestID)] + cors.preflightHeaders(forOrigin: origin)))
        }
        guard let found = find(request, at: address) else { return answer(HTTPAPIReply.error(.notFound)) }
        let route = targets[found.target]
        guard let place = route.authorizer else {
            return run(route, request, address, found.parameters, authorizer: nil, requestID, answer)
        }
        authorizers[place].authorize(request, scopes: route.scopes) { [self] result in
            switch result {
            case .success(let authorizer):
                run(route, request, address, found.parameters, authorizer: authorizer, requestID, answer)
            case .failure(let refusal): answer(HTTPAPIReply.refusal(refusal, scopes: route.scopes))
            }
        }
    }

    private static func refusal(ofSize request: HTTPRequest) -> HTTPResponse? {
        guard request.body.readableBytes <= HTTPAPIQuotas.payloadBytesMax, !request.isBodyCut else {
            return HTTPAPIReply.error(.payloadTooLarge)
        }
        let line = request.path.utf8.count + request.query.utf8.count
        let values = request.headers.reduce(line) { $0 + $1.value.utf8.count }
        return values <= HTTPAPIQuotas.headerBytesMax ? nil : HTTPAPIReply.error(.requestHeaderFieldsTooLarge)
    }

    private func find(_ request: HTTPRequest, at address: APIAddress) -> HTTPRouteTable<Int>.Match? {
        var segments = address.segments
        if resource.stage != "$default" {
            guard segments.first == resource.stage else { return nil }
            segments.removeFirst()
            if segments.isEmpty { segments = [""] }
        }
        return routes.match(method: request.method.rawValue, segments: segments)
    }

    /// The function and the event of a request that passes every authorizer; nil if there is no route for it.
    func event(of request: HTTPRequest, at address: APIAddress) -> (function: String, event: JSONValue)? {
        guard let found = find(request, at: address) else { return nil }
        let route = targets[found.target]
        let now = host.clock.now
        let event = event(
            route, request, address, found.parameters, authorizer: nil,
            trace: Self.root(of: host.identifiers.traceID(at: now)))
        return (
            route.pool.function.logicalID,
            event.event(receivedAt: now, requestID: host.identifiers.gatewayRequestID())
        )
    }

    private func event(
        _ route: Route, _ request: HTTPRequest, _ address: APIAddress,
        _ parameters: [(name: String, value: String)], authorizer: JSONValue?, trace: String
    ) -> HTTPEventBuilder {
        var event = HTTPEventBuilder(
            api: HTTPEventBuilder.API(id: resource.id, stage: resource.stage, domainName: address.domainName),
            method: request.method.rawValue, path: PercentEncoding.decoded(address.path[...]), routeKey: route.key)
        event.query = request.query
        event.headers = request.headers.map { ($0.name, $0.value) }
        event.pathParameters = parameters
        event.body = request.bodyBytes
        event.authorizer = authorizer
        event.port = address.port
        event.trace = trace
        return event
    }

    private static func root(of trace: String) -> String { String(trace.prefix { $0 != ";" }) }

    private func run(
        _ route: Route, _ request: HTTPRequest, _ address: APIAddress,
        _ parameters: [(name: String, value: String)], authorizer: JSONValue?, _ requestID: String,
        _ answer: @escaping (HTTPResponse) -> Void
    ) {
        let now = host.clock.now
        let given = request.headers.first(name: Deployment.traceHeader)
        let trace = given ?? host.identifiers.traceID(at: now)
        let start = Traces.now()
        let event = event(route, request, address, parameters, authorizer: authorizer, trace: Self.root(of: trace))
            .event(receivedAt: now, requestID: requestID)
        let payload = ByteBuffer(bytes: event.compactBytes)
        guard payload.readableBytes <= LambdaQuotas.syncPayloadBytesMax else {
            return answer(HTTPAPIReply.error(.payloadTooLarge))
        }
        let invocation = Invocation(
            requestID: host.identifiers.requestID(), traceID: trace, payload: payload, time: now)
        let pending = deadlines[route.deadlines].begin { answer(HTTPAPIReply.error(.serviceUnavailable)) }
        route.pool.invoke(
            invocation,
            completion: host.callback { [traces = host.traces] (result: Result<InvocationResult, InvocationRefusal>) in
                guard pending.end() else { return }
                let response = Self.response(to: result)
                // Whoever brings a trace has the call noted already.
                if given == nil {
                    traces.record(trace, "http", route.key, since: start, isError: response.status.code >= 400)
                }
                answer(response)
            })
    }

    private static func response(to result: Result<InvocationResult, InvocationRefusal>) -> HTTPResponse {
        switch result {
        case .success(let result) where !result.isError:
            HTTPAPIReply.response(to: result.payload) ?? HTTPAPIReply.error(.internalServerError)
        case .success: HTTPAPIReply.error(.internalServerError)
        case .failure: HTTPAPIReply.error(.serviceUnavailable)
        }
    }

    /// The gateway's own headers take the place of the function's.
    private func finished(_ response: HTTPResponse, requestID: String, origin: String?) -> HTTPResponse {
        var response = response
        if let cors {
            response.headers.removeAll { $0.0.hasPrefix("access-control-") }
            if let origin { response.headers += cors.headers(forOrigin: origin) }
        }
        response.headers.append(("apigw-requestid", requestID))
        return response
    }
}
