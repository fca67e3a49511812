import Glibc
import JSON

/// Pushes to open WebSockets, from the first request to the last frame that arrived.
struct SocketBenchmark {
    let build: String
    let sockets: Int

    private static let template = """
        AWSTemplateFormatVersion: "2010-09-09"
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Push:
            Type: AWS::ApiGatewayV2::Api
            Properties: {Name: push, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
          WhoAmI:
            Type: AWS::Serverless::Function
            Properties: {Runtime: provided.al2023, CodeUri: ., Handler: Sink}
          Integration:
            Type: AWS::ApiGatewayV2::Integration
            Properties:
              ApiId: !Ref Push
              IntegrationType: AWS_PROXY
              IntegrationUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${WhoAmI.Arn}/invocations
          Default:
            Type: AWS::ApiGatewayV2::Route
            Properties:
              {ApiId: !Ref Push, RouteKey: $default, Target: !Sub "integrations/${Integration}",
               RouteResponseSelectionExpression: $default}
          DefaultResponse:
            Type: AWS::ApiGatewayV2::RouteResponse
            Properties: {ApiId: !Ref Push, RouteId: !Ref Default, RouteResponseKey: $default}
          Stage:
            Type: AWS::ApiGatewayV2::Stage
            Properties: {ApiId: !Ref Push, StageName: live, AutoDeploy: true}
        """

    func run() throws(LoadGenerator.Failure) -> ResultTable {
        let template = try TemporaryTemplate(Self.template)
        let emulator = try EmulatorProcess(build: build, template: template.path)
        defer { emulator.stop() }
        let load = LoadGenerator(port: emulator.port)
        var open: [WebSocketClient] = []
        for _ in 0..<sockets {
            open.append(try WebSocketClient(descriptor: try load.connect(), path: "/apis/push/live"))
        }
        var identifiers: [String] = []
        for socket in open { identifiers.append(try socket.exchange("who am I?")) }
        let text = Array(#"{"kind":"alert","text":"The voting closes in five minutes."}"#.utf8)
        let requests = identifiers.map {
            HTTPRequests.post("/apis/push/live/@connections/\($0)", body: text, headers: "")
        }
        let started = LoadGenerator.now()
        let result = try load.run(count: sockets, connections: 8) {
            requests[$0]
        } accepts: { status, _ in
            status == 200
        }
        for socket in open where try socket.receive().utf8.count != text.count {
            throw LoadGenerator.Failure(description: "a push arrived changed")
        }
        let seconds = Double(LoadGenerator.now() - started) / 1e9
        for socket in open { socket.close() }
        var table = ResultTable(
            "A push to each of \(sockets) open WebSockets, 8 clients",
            columns: ["per second, arrived", "p50 µs", "p99 µs", "MiB resident"])
        table.add([
            figure(Double(sockets) / seconds), figure(result.microseconds(at: 0.5)),
            figure(result.microseconds(at: 0.99)), figure(emulator.memory.now),
        ])
        return table
    }
}

/// One WebSocket, of which short texts are sent and received.
///
/// - Note: Source: RFC 6455, sections 4.1 and 5.2.
private final class WebSocketClient {
    private let descriptor: Int32
    private var received: [UInt8] = []

    init(descriptor: Int32, path: String) throws(LoadGenerator.Failure) {
        self.descriptor = descriptor
        try send(
            Array(
                ("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").utf8))
        while true {
            let length = received.withUnsafeBytes { HTTPHead.length(in: $0) }
            if let length {
                guard received.starts(with: Array("HTTP/1.1 101".utf8)) else { break }
                received.removeFirst(length)
                return
            }
            try read()
        }
        throw LoadGenerator.Failure(description: "no WebSocket: \(String(decoding: received, as: UTF8.self))")
    }

    func exchange(_ text: String) throws(LoadGenerator.Failure) -> String {
        // One masked text frame; the mask is zero.
        try send([0x81, 0x80 | UInt8(text.utf8.count), 0, 0, 0, 0] + Array(text.utf8))
        return try receive()
    }

    /// The next text, of less than 126 bytes.
    func receive() throws(LoadGenerator.Failure) -> String {
        while received.count < 2 || received.count < 2 + Int(received[1]) { try read() }
        guard received[0] == 0x81, received[1] < 126 else {
            throw LoadGenerator.Failure(description: "an unexpected frame: \(received.prefix(2))")
        }
        let text = String(decoding: received[2..<2 + Int(received[1])], as: UTF8.self)
        received.removeFirst(2 + Int(received[1]))
        return text
    }

    func close() { Glibc.close(descriptor) }

    private func send(_ bytes: [UInt8]) throws(LoadGenerator.Failure) {
        let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, 0) }
        guard count == bytes.count else { throw LoadGenerator.Failure(description: "a WebSocket broke while sending") }
    }

    private func read() throws(LoadGenerator.Failure) {
        let count = withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: 1) { buffer in
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 { received.append(contentsOf: buffer[..<count]) }
            return count
        }
        guard count > 0 else { throw LoadGenerator.Failure(description: "a WebSocket was closed") }
    }
}
