import JSON
import NIOCore
import NIOHTTP1
import Routing
import Template
import Time

/// One WebSocket API: opens sockets, hands what comes on them to functions, and ends them.
final class WebSocketAPI {
    struct Route {
        var key: String
        var pool: FunctionPool
        var hasResponse: Bool
        var deadlines: ReplyDeadlines
    }

    struct Authorizer {
        var pool: FunctionPool
        var sources: [String]
    }

    let resource: WebSocketAPIResource
    let host: ServiceHost
    /// Every connection of every API.
    let connections: WebSocketConnections
    private(set) var routes: [String: Route] = [:]
    private(set) var authorizer: Authorizer?
    let selection: RouteSelection

    init(
        _ resource: WebSocketAPIResource, pools: [FunctionPool], connections: WebSocketConnections, host: ServiceHost
    ) throws(EmulatorError) {
        self.resource = resource
        self.host = host
        self.connections = connections
        guard let selection = RouteSelection(resource.routeSelectionExpression) else {
            throw EmulatorError(
                "\(resource.position): RouteSelectionExpression must be such as $request.body.action, not "
                    + resource.routeSelectionExpression)
        }
        self.selection = selection
        let byARN = Dictionary(uniqueKeysWithValues: pools.map { ($0.function.arn, $0) })
        for route in resource.routes {
            guard let pool = byARN[route.functionARN] else { continue }
            routes[route.key] = Route(
                key: route.key, pool: pool, hasResponse: route.hasResponse,
                deadlines: ReplyDeadlines(after: .milliseconds(Int64(route.timeoutMilliseconds)), on: host.loop))
            guard let authorizer = route.authorizer, let pool = byARN[authorizer.functionARN] else { continue }
            guard route.key == "$connect" else {
                throw EmulatorError("\(route.position): only the route $connect can have an authorizer")
            }
            self.authorizer = Authorizer(pool: pool, sources: authorizer.identitySources)
        }
    }

    // MARK: Invocations

    enum Outcome {
        case reply(ByteBuffer)
        case failed
        /// With the message of the function's error.
        case failedWith(String)
        case timedOut
        case throttled
    }

    func invoke(
        _ pool: FunctionPool, _ deadlines: ReplyDeadlines?, _ event: JSONValue, trace: String,
        _ completion: @escaping (Outcome) -> Void
    ) {
        let invocation = Invocation(
            requestID: host.identifiers.requestID(), traceID: trace, payload: ByteBuffer(bytes: event.compactBytes),
            time: host.clock.now)
        let pending = deadlines?.begin { completion(.timedOut) }
        pool.invoke(
            invocation,
            completion: host.callback { (result: Result<InvocationResult, InvocationRefusal>) in
                guard pending?.end() ?? true else { return }
                switch result {
                case .success(let result):
                    completion(result.isError ? Self.failure(result.payload) : .reply(result.payload))
                case .failure: completion(.throttled)
                }
            })
    }

    private static func failure(_ payload: ByteBuffer) -> Outcome {
        let error = try? payload.withUnsafeReadableBytes { try parseJSON($0) }
        return error?["errorMessage"]?.string.map { .failedWith($0) } ?? .failed
    }

    // MARK: Messages

    func receive(_ event: WebSocketEvent, on connection: WebSocketConnection) {
        guard !connection.hasEnded else { return }
        connection.lastActiveAt = host.clock.now
        switch event {
        case .message(let body, let isBinary): take(body, isBinary: isBinary, from: connection)
        case .ping: break
        case .closed(let closure): end(connection, closure)
        }
    }

    private func take(_ body: ByteBuffer, isBinary: Bool, from connection: WebSocketConnection) {
        // Last, so that whoever waits for it finds its function at work.
        defer { host.trial?.consequences.socketReceived(connection.id) }
        host.access.meter?.noteMessage(bytes: body.readableBytes)
        let message = isBinary ? nil : try? body.withUnsafeReadableBytes { try parseJSON($0) }
        let requestID = host.identifiers.gatewayRequestID()
        let own = selection.key(of: message).flatMap { $0.hasPrefix("$") ? nil : routes[$0] }
        guard let route = own ?? routes["$default"] else {
            return tell(connection, "Forbidden", requestID: requestID)
        }
        let event = connection.event.message(
            Array(body.readableBytesView), isBinary: isBinary, routeKey: route.key,
            messageID: host.identifiers.gatewayRequestID(), at: host.clock.now, requestID: requestID)
        connection.messagesInHand += 1
        if connection.messagesInHand == WebSocketQuotas.messagesInHandMax { connection.handle?.setReading(false) }
        invoke(route.pool, route.deadlines, event, trace: connection.trace) { [self] outcome in
            if connection.messagesInHand == WebSocketQuotas.messagesInHandMax { connection.handle?.setReading(true) }
            connection.messagesInHand -= 1
            answer(outcome, of: route, to: connection, requestID: requestID)
        }
    }

    private func answer(_ outcome: Outcome, of route: Route, to connection: WebSocketConnection, requestID: String) {
        guard case .reply(let payload) = outcome else {
            return tell(connection, "Internal server error", requestID: requestID)
        }
        guard route.hasResponse else { return }
        guard let response = HTTPAPIReply.response(to: payload) else {
            return tell(connection, "Internal server error", requestID: requestID)
        }
        guard response.body.readableBytes > 0, connection.isOpen else { return }
        connection.handle?.send(response.body, isBinary: false)
        host.access.meter?.noteMessage(bytes: response.body.readableBytes)
        host.trial?.consequences.socketSent(connection.id)
    }

    /// What the gateway itself sends to a client.
    private func tell(_ connection: WebSocketConnection, _ message: String, requestID: String) {
        guard connection.isOpen else { return }
        let body: JSONValue = [
            "message": .string(message), "connectionId": .string(connection.id), "requestId": .string(requestID),
        ]
        let bytes = body.compactBytes
        connection.handle?.send(ByteBuffer(bytes: bytes), isBinary: false)
        host.access.meter?.noteMessage(bytes: bytes.count)
        host.trial?.consequences.socketSent(connection.id)
    }

    // MARK: Ends

    /// The connection is over, whoever ended it: its function is told once.
    func end(_ connection: WebSocketConnection, _ closure: WebSocketClosure) {
        guard !connection.hasEnded else { return }
        connection.hasEnded = true
        connections.remove(connection)
        host.access.meter?.noteConnection(connection.id, endedAfter: host.clock.now - connection.connectedAt)
        tellFunction(connection.event, closure, trace: connection.trace)
        // Last, so that whoever waits for the end finds its function at work.
        host.trial?.consequences.socketEnded(connection.id)
    }

    /// Nothing comes of what `$disconnect` answers.
    func tellFunction(_ event: WebSocketEventBuilder, _ closure: WebSocketClosure, trace: String) {
        guard let route = routes["$disconnect"] else { return connections.forget(event.connectionID) }
        let id = event.connectionID
        let event = event.disconnect(
            code: Int(closure.code), reason: closure.reason, at: host.clock.now,
            requestID: host.identifiers.gatewayRequestID())
        invoke(route.pool, nil, event, trace: trace) { [connections] outcome in
            // One that did not run for the emulator stops is told after the next start.
            if case .throttled = outcome { return }
            connections.forget(id)
        }
    }

    /// Ends a connection from this side.
    func close(_ connection: WebSocketConnection, _ closure: WebSocketClosure) {
        connection.handle?.close(closure)
        end(connection, closure)
    }
}
