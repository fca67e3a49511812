import JSON
import NIOCore
import NIOHTTP1
import Routing
import Time

/// The open sockets of every WebSocket API, and the API by which functions reach them.
///
/// Connection ids are the emulator's own, so that `/@connections/ID` is understood below an API's address and without
/// it: a client made with nothing but `AWS_ENDPOINT_URL` reaches every socket.
///
/// - Note: Source: Amazon API Gateway Management API Reference; API Gateway Developer Guide, "Use @connections
///   commands".
final class WebSocketConnections {
    static let pathSegment = "@connections"

    /// The connection of a path that names no API, whichever of its characters are percent-encoded: some clients encode
    /// the `@`.
    static func connectionID(inPath path: String) -> String? {
        let segments = path.split(separator: "/", maxSplits: 1).map { PercentEncoding.decoded($0) }
        return segments.count == 2 && segments[0] == pathSegment ? segments[1] : nil
    }
    private static let kind = "websocket.connection"

    private let host: ServiceHost
    private var entries: [String: WebSocketConnection] = [:]

    init(host: ServiceHost) { self.host = host }

    /// Tells the functions that the sockets of an earlier run are gone; one that was being told at its end is told
    /// again.
    ///
    /// - Parameters:
    ///   - apis: by id.
    ///   - open: ids of those that are not gone.
    func resume(_ apis: [String: WebSocketAPI], open: Set<String>) throws(EmulatorError) {
        for (id, value) in try host.journal.load(Self.kind) where !open.contains(id) {
            guard let record = try? parseJSON(value),
                let event = WebSocketEventBuilder(record: record, connectionID: id), let trace = record["trace"]?.string
            else { throw EmulatorError("The kept connection \(id) can't be read.") }
            // The template no longer has the API.
            guard let api = apis[event.apiID] else {
                forget(id)
                continue
            }
            api.tellFunction(event, .lost, trace: trace)
        }
    }

    var ids: Set<String> { Set(entries.keys) }

    func add(_ connection: WebSocketConnection) {
        entries[connection.id] = connection
        host.trial?.consequences.socketOpened(connection.id)
        var record = connection.event.record
        record["trace"] = .string(connection.trace)
        host.journal.put(Self.kind, connection.id, JSONValue.object(record).compactBytes)
        watch(connection)
    }

    func remove(_ connection: WebSocketConnection) { entries[connection.id] = nil }

    /// Its function has been told of its end.
    func forget(_ id: String) { host.journal.remove(Self.kind, id) }

    /// A timer that fires too early, for the client has been heard since, is set anew.
    private func watch(_ connection: WebSocketConnection) {
        host.timers.schedule(at: connection.due) { [self] in
            guard entries[connection.id] != nil else { return }
            guard connection.due <= host.clock.now else { return watch(connection) }
            connection.api.close(connection, .goingAway)
        }
    }

    /// The emulator stops.
    func close() {
        for connection in entries.values { connection.handle?.close(.goingAway) }
        entries = [:]
    }

    /// What clients send waits with them until ``takeOver(_:apis:)``.
    func windDown() {
        for connection in entries.values { connection.handle?.setReading(false) }
    }

    /// Goes on with the sockets of others, whose APIs are described anew. Those of an API that is gone are closed.
    ///
    /// - Parameter apis: by id.
    func takeOver(_ others: WebSocketConnections, apis: [String: WebSocketAPI]) {
        for connection in others.entries.values {
            guard let api = apis[connection.event.apiID] else {
                connection.hasEnded = true
                forget(connection.id)
                connection.handle?.close(.goingAway)
                continue
            }
            connection.api = api
            add(connection)
            connection.handle?.setReading(true)
        }
        others.entries = [:]
    }

    // MARK: @connections

    /// - Parameter id: decoded.
    func handle(_ request: HTTPRequest, from caller: Caller, connection id: String) -> HTTPResponse {
        guard let connection = entries[id] else { return error(.gone, "GoneException") }
        let arn =
            "arn:aws:execute-api:\(LocalAccount.region):\(LocalAccount.id):\(connection.event.apiID)/"
            + "\(connection.event.stage)/\(request.method)/@connections/\(id)"
        if let reason = host.access.denial(of: "execute-api:ManageConnections", on: arn, to: caller) {
            return error(.forbidden, "ForbiddenException", message: reason)
        }
        switch request.method {
        case .GET:
            return answer(
                .ok,
                [
                    "connectedAt": .string(connection.connectedAt.description),
                    "identity": [
                        "sourceIp": .string(connection.event.sourceAddress),
                        "userAgent": .string(connection.event.userAgent),
                    ],
                    "lastActiveAt": .string(connection.lastActiveAt.description),
                ])
        case .DELETE:
            connection.api.close(connection, .normal)
            return HTTPResponse(.noContent, headers: [("x-amzn-RequestId", host.identifiers.requestID())])
        case .POST: return post(request.body, to: connection)
        default: return error(.forbidden, "ForbiddenException")
        }
    }

    private func post(_ data: ByteBuffer, to connection: WebSocketConnection) -> HTTPResponse {
        guard data.readableBytes <= WebSocketQuotas.messageBytesMax else {
            return error(.payloadTooLarge, "PayloadTooLargeException", message: "Message too long")
        }
        guard let handle = connection.handle, handle.isWritable else {
            return error(.tooManyRequests, "LimitExceededException")
        }
        let isText = data.readableBytesView.withUnsafeBytes { String(validating: $0, as: UTF8.self) != nil }
        handle.send(data, isBinary: !isText)
        host.access.meter?.noteMessage(bytes: data.readableBytes)
        host.trial?.consequences.socketSent(connection.id)
        connection.lastActiveAt = host.clock.now
        return answer(.ok, nil)
    }

    private func answer(_ status: HTTPResponseStatus, _ body: JSONValue?) -> HTTPResponse {
        let headers = [("x-amzn-RequestId", host.identifiers.requestID())]
        guard let body else { return HTTPResponse(status, headers: headers) }
        return HTTPResponse(status, headers: headers, json: body.compactBytes)
    }

    private func error(_ status: HTTPResponseStatus, _ type: String, message: String? = nil) -> HTTPResponse {
        var response = answer(status, message.map { ["message": .string($0)] } ?? [:])
        response.headers.append(("x-amzn-ErrorType", type))
        return response
    }
}
