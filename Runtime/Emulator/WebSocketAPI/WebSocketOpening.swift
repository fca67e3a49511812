import JSON
import NIOCore
import NIOHTTP1
import Routing
import Template
import Time

// What happens before a socket is open: the authorizer, then `$connect`.
extension WebSocketAPI {
    /// A request to connect while it is judged.
    private struct Attempt {
        var connection: WebSocketConnection
        var opening: WebSocketEventBuilder.Opening
        var accept: String
        var requestID: String
        var respond: @Sendable (HTTPResponse) -> Void
    }

    func connect(
        _ request: HTTPRequest, at address: APIAddress, _ respond: @escaping @Sendable (HTTPResponse) -> Void
    ) {
        let requestID = host.identifiers.gatewayRequestID()
        let id = host.identifiers.gatewayRequestID()
        func refuse(_ status: HTTPResponseStatus, _ message: String, headers: [(String, String)] = []) {
            respond(Self.refusal(status, message, connectionID: id, requestID: requestID, headers: headers))
        }
        guard WebSocketHandshake.isUpgrade(request) else {
            return refuse(.upgradeRequired, "Upgrade Required", headers: [("upgrade", "websocket")])
        }
        guard WebSocketHandshake.isKnownVersion(request) else {
            return refuse(.upgradeRequired, "Upgrade Required", headers: [("sec-websocket-version", "13")])
        }
        guard let accept = WebSocketHandshake.accept(request) else { return refuse(.badRequest, "Bad Request") }
        let segments = address.segments
        guard let stage = resource.stages.first(where: { $0.name == segments[0] }),
            segments.count == 1 || segments.count == 2 && segments[1].isEmpty
        else { return refuse(.forbidden, "Forbidden") }
        let now = host.clock.now
        let event = WebSocketEventBuilder(
            apiID: resource.id, stage: stage.name, domainName: address.domainName, stageVariables: stage.variables,
            connectionID: id, connectedAt: now, userAgent: request.headers.first(name: "User-Agent") ?? "")
        let trace = request.headers.first(name: "X-Amzn-Trace-Id") ?? host.identifiers.traceID(at: now)
        let attempt = Attempt(
            connection: WebSocketConnection(id: id, event: event, trace: trace, api: self),
            opening: Self.opening(request, address, trace), accept: accept, requestID: requestID, respond: respond)
        guard let authorizer else { return run(attempt) }
        authorize(attempt, authorizer)
    }

    private static func opening(
        _ request: HTTPRequest, _ address: APIAddress, _ trace: String
    ) -> WebSocketEventBuilder.Opening {
        var headers = request.headers.map { (name: $0.name, value: $0.value) }
        headers.removeAll { $0.name.lowercased() == "x-amzn-trace-id" }
        headers.append(("X-Amzn-Trace-Id", String(trace.prefix { $0 != ";" })))
        if let index = headers.firstIndex(where: { $0.name.lowercased() == "x-forwarded-for" }) {
            headers[index].value += ", 127.0.0.1"
        } else {
            headers.append(("X-Forwarded-For", "127.0.0.1"))
        }
        headers += [("X-Forwarded-Port", address.port), ("X-Forwarded-Proto", "http")]
        return WebSocketEventBuilder.Opening(headers: headers, query: request.query)
    }

    // MARK: Authorizer

    private func authorize(_ attempt: Attempt, _ authorizer: Authorizer) {
        let query = PercentEncoding.pairs(ofQuery: attempt.opening.query)
        let isComplete = authorizer.sources.allSatisfy { source in
            let name = source.split(separator: ".").last.map(String.init) ?? ""
            return source.hasPrefix("route.request.header.")
                ? attempt.opening.headers.contains { $0.name.lowercased() == name.lowercased() && !$0.value.isEmpty }
                : query.contains { $0.name == name && !$0.value.isEmpty }
        }
        guard isComplete else { return refuse(attempt, .unauthorized, "Unauthorized") }
        let stage = attempt.connection.event.stage
        let arn =
            "arn:aws:execute-api:\(LocalAccount.region):\(LocalAccount.id):\(resource.id)/\(stage)/$connect"
        let event = attempt.connection.event.authorization(
            attempt.opening, methodARN: arn, at: host.clock.now, requestID: attempt.requestID)
        invoke(authorizer.pool, nil, event, trace: attempt.connection.trace) { [self] outcome in
            guard case .reply(let payload) = outcome,
                let reply = try? payload.withUnsafeReadableBytes({ try parseJSON($0) }),
                let policy = AuthorizerPolicy(reply)
            else { return refuseUnlessUnauthorized(attempt, outcome) }
            guard policy.allows(arn) else {
                return refuse(
                    attempt, .forbidden, "User is not authorized to access this resource")
            }
            run(attempt, authorizer: Self.context(of: policy))
        }
    }

    /// A function that fails with the word `Unauthorized` says that the client is not who it says it is.
    private func refuseUnlessUnauthorized(_ attempt: Attempt, _ outcome: Outcome) {
        if case .failedWith("Unauthorized") = outcome { return refuse(attempt, .unauthorized, "Unauthorized") }
        refuse(attempt, .internalServerError, "Internal Server Error")
    }

    /// Values are texts wherever they come from.
    private static func context(of policy: AuthorizerPolicy) -> JSONValue {
        var context: JSONObject = ["principalId": .string(policy.principalID)]
        for (name, value) in policy.context where !value.isNull {
            context[name] = .string(value.string ?? value.compactText)
        }
        return .object(context)
    }

    // MARK: $connect

    private func run(_ attempt: Attempt, authorizer: JSONValue? = nil) {
        var attempt = attempt
        if let authorizer {
            var event = attempt.connection.event
            event.authorizer = authorizer
            attempt.connection = WebSocketConnection(
                id: attempt.connection.id, event: event, trace: attempt.connection.trace, api: self)
        }
        guard let route = routes["$connect"] else { return open(attempt, protocolName: nil) }
        let event = attempt.connection.event.connect(
            attempt.opening, at: host.clock.now, requestID: attempt.requestID)
        invoke(route.pool, route.deadlines, event, trace: attempt.connection.trace) { [self, attempt] outcome in
            switch outcome {
            case .reply(let payload):
                guard let response = HTTPAPIReply.response(to: payload) else {
                    return refuse(attempt, .badGateway, "Internal server error")
                }
                guard (200...299).contains(response.status.code) else {
                    return refuse(attempt, response)
                }
                open(attempt, protocolName: response.headers.first { $0.0 == "sec-websocket-protocol" }?.1)
            case .failed, .failedWith: refuse(attempt, .badGateway, "Internal server error")
            case .timedOut: refuse(attempt, .gatewayTimeout, "Endpoint request timed out")
            case .throttled: refuse(attempt, .tooManyRequests, "Too Many Requests")
            }
        }
    }

    private func refuse(_ attempt: Attempt, _ response: HTTPResponse) {
        let message = response.status.reasonPhrase
        refuse(attempt, response.status, message)
    }

    private func refuse(_ attempt: Attempt, _ status: HTTPResponseStatus, _ message: String) {
        attempt.respond(
            Self.refusal(status, message, connectionID: attempt.connection.id, requestID: attempt.requestID))
    }

    private static func refusal(
        _ status: HTTPResponseStatus, _ message: String, connectionID: String, requestID: String,
        headers: [(String, String)] = []
    ) -> HTTPResponse {
        let body: JSONValue = [
            "message": .string(message), "connectionId": .string(connectionID), "requestId": .string(requestID),
        ]
        return HTTPResponse(
            status, headers: headers + [("x-amzn-RequestId", requestID)], json: body.compactBytes)
    }

    private func open(_ attempt: Attempt, protocolName: String?) {
        let connection = attempt.connection
        let bound = NIOLoopBound(connection, eventLoop: host.loop)
        let loop = host.loop
        let enter: @Sendable (@escaping @Sendable (WebSocketConnection) -> Void) -> Void = { body in
            if loop.inEventLoop {
                body(bound.value)
            } else {
                loop.execute { body(bound.value) }
            }
        }
        var headers = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", attempt.accept)]
        if let protocolName { headers.append(("Sec-WebSocket-Protocol", protocolName)) }
        var response = HTTPResponse(.switchingProtocols, headers: headers)
        response.upgrade = WebSocketUpgrade(
            opened: { handle in
                enter { connection in
                    connection.handle = handle
                    connection.api.connections.add(connection)
                    connection.api.host.access.meter?.noteConnection(connection.id)
                }
            },
            receive: { event in enter { $0.api.receive(event, on: $0) } })
        attempt.respond(response)
    }
}
