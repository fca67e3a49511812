import JSON
import NIOCore
import NIOHTTP1
import Template
import Time

/// A socket that a flow has opened.
struct OpenSocket: Sendable {
    let client: SocketClient
    /// `connectionId` of its events.
    let id: String
    var sent = 0
    /// Messages of it that steps have told of.
    var seen = 0
    var closeWasSeen = false
}

// What people do in a flow, with tokens that the user pool has signed.
extension ReplayWorld {
    /// How long what was sent may be under way between the two ends of a socket.
    private static let deliveryTimeMax = Duration.seconds(5)

    // MARK: Requests

    func send(_ request: FlowRequest) async throws(EmulatorError) -> JSONObject {
        guard let api = now.deployment.stack.httpAPIs.first else {
            throw EmulatorError("The template has no HTTP API.")
        }
        var headers: HTTPHeaders = ["Host": host, "User-Agent": "replay"]
        for (name, value) in request.headers { headers.replaceOrAdd(name: name, value: try filled(value)) }
        if let user = request.user {
            headers.replaceOrAdd(name: "Authorization", value: "Bearer \(try await token(of: user))")
        }
        var body = ByteBuffer()
        if let value = request.body {
            body = ByteBuffer(string: try filled(value.string ?? value.compactText))
            if value.string == nil, !headers.contains(name: "Content-Type") {
                headers.add(name: "Content-Type", value: "application/json")
            }
        }
        let path = "\(APIAddress.pathPrefix)\(api.id)\(try filled(request.path))"
        let response = await answer(method: request.method, path: path, headers, body)
        for (name, path) in request.saves {
            let answer = try? parseJSON(String(buffer: response.body))
            let value = path.split(separator: ".").reduce(answer) { $0?[String($1)] }
            guard let value, !value.isNull else {
                throw EmulatorError("The answer has no \(path) to save: \(String(buffer: response.body))")
            }
            change { $0.saved[name] = value.string ?? value.compactText }
        }
        return description(of: response)
    }

    func send(_ upload: FlowUpload) async throws(EmulatorError) -> JSONObject {
        let path = try path(of: upload.address)
        var headers: HTTPHeaders = ["Host": host]
        for (name, value) in upload.headers { headers.replaceOrAdd(name: name, value: try filled(value)) }
        let body = ByteBuffer(bytes: try TextFile.read(upload.file))
        headers.replaceOrAdd(name: "Content-Length", value: String(body.readableBytes))
        return Self.description(ofTransfer: await answer(method: "PUT", path: path, headers, body))
    }

    func fetch(_ address: String) async throws(EmulatorError) -> JSONObject {
        let response = await answer(method: "GET", path: try path(of: address), ["Host": host], ByteBuffer())
        var description = Self.description(ofTransfer: response)
        guard response.status == .ok, var reply = description["reply"]?.object else { return description }
        let type = response.headers.first { $0.0.lowercased() == "content-type" }
        reply["contentType"] = type.map { .string($0.1) }
        reply["bytes"] = .number(JSONNumber(response.body.readableBytes))
        description["reply"] = .object(reply)
        return description
    }

    /// Of an address of the emulator's own: nothing else is asked by a replay.
    private func path(of address: String) throws(EmulatorError) -> String {
        let address = try filled(address)
        guard address.hasPrefix(emulator.endpoint + "/") else {
            throw EmulatorError("Files go to the emulator alone and come from it, not from \(address).")
        }
        return String(address.dropFirst(emulator.endpoint.count))
    }

    private func answer(
        method: String, path: String, _ headers: HTTPHeaders, _ body: ByteBuffer
    ) async -> HTTPResponse {
        let parts = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let request = HTTPRequest(
            method: HTTPMethod(rawValue: method), path: String(parts[0]),
            query: parts.count > 1 ? String(parts[1]) : "",
            headers: headers, body: body, isBodyCut: false)
        return await withCheckedContinuation { continuation in
            now.deployment.handle(request) { continuation.resume(returning: $0) }
        }
    }

    private var host: String { String(emulator.endpoint.dropFirst("http://".count)) }

    /// A text with the values that earlier steps have saved in the places of their names.
    private func filled(_ text: String) throws(EmulatorError) -> String {
        var text = text
        for (name, value) in now.saved { text = text.replacing("${\(name)}", with: value) }
        guard !text.contains("${") else { throw EmulatorError("No step has saved what '\(text)' needs.") }
        return text
    }

    private func token(of user: String) async throws(EmulatorError) -> String {
        let deployment = now.deployment
        let result: Result<String, EmulatorError> = await withCheckedContinuation { continuation in
            deployment.services.enter { services in
                services.userPools.token(of: user) { result in
                    continuation.resume(returning: result.mapError { EmulatorError("\(user): \($0.message)") })
                }
            }
        }
        return try result.get()
    }

    // MARK: Sockets

    func connect(_ user: String?, as name: String) async throws(EmulatorError) -> JSONValue {
        let api: (id: String, stage: String)?
        do {
            api = try now.deployment.stack.webSocketAPIs().lazy
                .compactMap { api in api.stages.first.map { (api.id, $0.name) } }.first
        } catch {
            throw EmulatorError("\(error)")
        }
        guard let api else { throw EmulatorError("The template has no WebSocket API.") }
        var path = "\(APIAddress.pathPrefix)\(api.id)/\(api.stage)"
        // Browsers can't set headers of a socket.
        if let user { path += "?token=\(try await token(of: user))" }
        let parts = host.split(separator: ":")
        let opened = try await SocketClient.open(
            host: String(parts[0]), port: Int(parts[1])!, path: path, headers: ["Host": host])
        let client: SocketClient
        switch opened {
        case .failure(let refusal):
            return try await observation(of: ["reply": ["statusCode": .number(JSONNumber(refusal.status))]])
        case .success(let socket): client = socket
        }
        // The services' loop knows of it from its next turn on.
        let consequences = now.trial.consequences
        let id = try await now.deployment.services.call { _ in consequences.lastSocketID }
        guard let id else { throw EmulatorError("The socket \(name) was opened and is not there.") }
        change { $0.socketNames[id] = name }
        if let earlier = change({ $0.sockets.updateValue(OpenSocket(client: client, id: id), forKey: name) }) {
            earlier.client.drop()
            try await wait(for: "the end of the earlier \(name)") { $0.traffic(of: earlier.id).hasEnded }
        }
        return try await observation(of: ["reply": ["statusCode": 101]])
    }

    func send(_ message: JSONValue, over name: String) async throws(EmulatorError) {
        let socket = try socket(name)
        socket.client.send(try filled(message.string ?? message.compactText))
        change { $0.sockets[name]?.sent += 1 }
        try await wait(for: "\(name)'s message") { $0.traffic(of: socket.id).received > socket.sent }
    }

    func disconnect(_ name: String) async throws(EmulatorError) {
        let socket = try socket(name)
        socket.client.close()
        try await wait(for: "the end of \(name)") { $0.traffic(of: socket.id).hasEnded }
        change { $0.sockets[name] = nil }
    }

    private func socket(_ name: String) throws(EmulatorError) -> OpenSocket {
        guard let socket = now.sockets[name] else { throw EmulatorError("There is no open connection called \(name).") }
        return socket
    }

    /// What has come over the sockets since the last call, in an order that does not depend on which of several
    /// functions was quicker.
    func takePushes() async throws(EmulatorError) -> [JSONValue] {
        var pushes: [JSONValue] = []
        for (name, socket) in now.sockets.sorted(by: { $0.key < $1.key }) {
            let traffic = now.trial.consequences.traffic(of: socket.id)
            try await wait(for: "what was sent to \(name)") { _ in
                let inbox = socket.client.inbox
                return inbox.messages.count >= traffic.sent && (inbox.isClosed || !traffic.hasEnded)
            }
            let inbox = socket.client.inbox
            let messages = inbox.messages.dropFirst(socket.seen).map {
                ["to": .string(name), "message": $0] as JSONValue
            }
            pushes += messages.sortedByText
            if inbox.isClosed, !socket.closeWasSeen {
                pushes.append(
                    ["to": .string(name), "closed": inbox.closeCode.map { .number(JSONNumber($0)) } ?? .null])
            }
            change {
                $0.sockets[name]?.seen = inbox.messages.count
                $0.sockets[name]?.closeWasSeen = inbox.isClosed
            }
        }
        return pushes
    }

    private func wait(
        for what: String, until isThere: (ConsequenceRecorder) -> Bool
    ) async throws(EmulatorError) {
        let deadline = ContinuousClock.now + Self.deliveryTimeMax
        while !isThere(now.trial.consequences) {
            guard ContinuousClock.now < deadline else { throw EmulatorError("\(what) has not come in time.") }
            try? await Task.sleep(for: .milliseconds(1))
        }
    }
}
