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
