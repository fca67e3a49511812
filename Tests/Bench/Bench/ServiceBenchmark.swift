import JSON

/// How quickly the services beside the tables bring things to functions.
struct ServiceBenchmark {
    let build: String
    /// Messages and events of each measurement; requests through the API.
    let count: Int

    private static let template = """
        AWSTemplateFormatVersion: "2010-09-09"
        Transform: AWS::Serverless-2016-10-31
        Globals:
          Function: {Runtime: provided.al2023, CodeUri: ., Timeout: 10, Handler: Sink}
        Resources:
          Jobs:
            Type: AWS::SQS::Queue
          Things:
            Type: AWS::DynamoDB::Table
            Properties:
              TableName: things
              BillingMode: PAY_PER_REQUEST
              AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
              KeySchema: [{AttributeName: pk, KeyType: HASH}]
              StreamSpecification: {StreamViewType: NEW_IMAGE}
          Worker:
            Type: AWS::Serverless::Function
          Watcher:
            Type: AWS::Serverless::Function
            Properties:
              Events:
                Stream:
                  Type: DynamoDB
                  Properties: {Stream: !GetAtt Things.StreamArn, StartingPosition: LATEST, BatchSize: 10}
          Listener:
            Type: AWS::Serverless::Function
            Properties:
              Events:
                Rule:
                  Type: EventBridgeRule
                  Properties: {Pattern: {source: [bench], detail: {n: [{numeric: [">=", 0]}]}}}
          Pool:
            Type: AWS::Cognito::UserPool
          Client:
            Type: AWS::Cognito::UserPoolClient
            Properties:
              UserPoolId: !Ref Pool
              ExplicitAuthFlows: [ALLOW_USER_PASSWORD_AUTH, ALLOW_REFRESH_TOKEN_AUTH]
          Api:
            Type: AWS::Serverless::HttpApi
            Properties:
              Auth:
                DefaultAuthorizer: Users
                Authorizers:
                  Users:
                    IdentitySource: $request.header.Authorization
                    JwtConfiguration:
                      issuer: !Sub https://cognito-idp.${AWS::Region}.amazonaws.com/${Pool}
                      audience: [!Ref Client]
          Site:
            Type: AWS::Serverless::Function
            Properties:
              Events:
                Get: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: "/things/{id}"}}
        """

    func run() throws(LoadGenerator.Failure) -> ResultTable {
        let template = try TemporaryTemplate(Self.template)
        let emulator = try EmulatorProcess(build: build, template: template.path)
        defer { emulator.stop() }
        let calls = ServiceCalls(load: LoadGenerator(port: emulator.port))
        var table = ResultTable(
            "From services to functions, \(count) each", columns: ["what", "per second", "p50 µs", "p99 µs"])
        table.add(try queue(calls))
        table.add(try stream(calls))
        table.add(try bus(calls))
        for clients in [1, 8] { table.add(try api(calls, clients: clients)) }
        return table
    }

    // MARK: HTTP API

    /// Requests through the API, its JWT authorizer and a function.
    private func api(_ calls: ServiceCalls, clients: Int) throws(LoadGenerator.Failure) -> [String] {
        let request = HTTPRequests.get("/apis/api/things/1", headers: "Authorization: \(try token(calls))\r\n")
        _ = try calls.load.run(count: 50, connections: clients) { _ in
            request
        } accepts: { status, _ in
            status == 200
        }
        let result = try calls.load.run(count: count, connections: clients) { _ in
            request
        } accepts: { status, body in
            status == 200 && body.elementsEqual("done".utf8)
        }
        return [
            "HTTP API with JWT, \(clients) clients", figure(result.perSecond), figure(result.microseconds(at: 0.5)),
            figure(result.microseconds(at: 0.99)),
        ]
    }

    private func token(_ calls: ServiceCalls) throws(LoadGenerator.Failure) -> String {
        let password = "Correct-Horse-1"
        // A second sign-up of the same user is refused, and does not matter.
        _ = try? calls.cognito(
            "SignUp", ["ClientId": "client", "Username": "ada", "Password": .string(password)])
        _ = try? calls.cognito("AdminConfirmSignUp", ["UserPoolId": "us-east-1_Pool", "Username": "ada"])
        let answer = try calls.cognito(
            "InitiateAuth",
            [
                "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "client",
                "AuthParameters": ["USERNAME": "ada", "PASSWORD": .string(password)],
            ])
        guard let token = answer["AuthenticationResult"]?["IdToken"]?.string else {
            throw LoadGenerator.Failure(description: "no token: \(answer.compactText)")
        }
        return token
    }

    // MARK: Queue, bus, stream

    /// A full queue, emptied by a function in tens.
    private func queue(_ calls: ServiceCalls) throws(LoadGenerator.Failure) -> [String] {
        let url = try calls.sqs("GetQueueUrl", ["QueueName": "bundle-Jobs"])["QueueUrl"]?.string ?? ""
        let entries = (0..<10).map { JSONValue.object(["Id": .string("m\($0)"), "MessageBody": #"{"n":1}"#]) }
        let batch = HTTPRequests.json(
            "AmazonSQS.SendMessageBatch", JSONValue.object(["QueueUrl": .string(url), "Entries": .array(entries)]))
        _ = try calls.load.run(count: count / 10, connections: 1) { _ in
            batch
        } accepts: { status, _ in
            status == 200
        }
        let started = LoadGenerator.now()
        try calls.createMapping("arn:aws:sqs:us-east-1:000000000000:bundle-Jobs", function: "bundle-Worker")
        var left = count
        while left > 0 {
            let attributes = try calls.sqs(
                "GetQueueAttributes", ["QueueUrl": .string(url), "AttributeNames": ["All"]])["Attributes"]
            left = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"].reduce(0) {
                $0 + (attributes?[$1]?.string.flatMap { Int($0) } ?? count)
            }
        }
        return ["SQS to function, in tens", figure(rate(since: started)), "–", "–"]
    }

    /// Events put ten at a time, each matched and brought to a function by itself.
    private func bus(_ calls: ServiceCalls) throws(LoadGenerator.Failure) -> [String] {
        let entry: JSONValue = ["Source": "bench", "DetailType": "thing", "Detail": #"{"n":1}"#]
        let request = HTTPRequests.json(
            "AWSEvents.PutEvents", JSONValue.object(["Entries": .array(Array(repeating: entry, count: 10))]))
        let started = LoadGenerator.now()
        _ = try calls.load.run(count: count / 10, connections: 1) { _ in
            request
        } accepts: { status, body in
            status == 200 && body.starts(with: Array(#"{"FailedEntryCount":0"#.utf8))
        }
        try calls.waitUntilIdle()
        return ["PutEvents to rule to function", figure(rate(since: started)), "–", "–"]
    }

    /// From the answer of a write to the start of the function that gets its stream record, by the emulator's own
    /// traces.
    private func stream(_ calls: ServiceCalls) throws(LoadGenerator.Failure) -> [String] {
        var delays: [Double] = []
        for number in 0..<max(10, count / 100) {
            let digits = String(number)
            let root = "1-00000000-" + String(repeating: "0", count: 24 - digits.utf8.count) + digits
            let write = HTTPRequests.dynamoDB(
                "PutItem", #"{"TableName":"things","Item":{"pk":{"S":"\#(number)"}}}"#,
                headers: "X-Amzn-Trace-Id: Root=\(root)\r\n")
            _ = try calls.load.run(count: 1, connections: 1) { _ in
                write
            } accepts: { status, _ in
                status == 200
            }
            try calls.waitUntilIdle()
            let spans = try calls.trace(root)["spans"]?.array ?? []
            guard let put = spans.first(where: { $0["service"]?.string == "dynamodb" }),
                let function = spans.first(where: { $0["name"]?.string == "Watcher" })
            else { throw LoadGenerator.Failure(description: "no trace of a stream record: \(spans)") }
            let answered = microseconds(put, "startMicroseconds") + microseconds(put, "durationMicroseconds")
            delays.append(microseconds(function, "startMicroseconds") - answered)
        }
        delays.sort()
        return [
            "stream record to function, delay", "–", figure(max(0, delays[delays.count / 2])),
            figure(max(0, delays[delays.count * 99 / 100])),
        ]
    }

    private func microseconds(_ span: JSONValue, _ name: String) -> Double { Double(span[name]?.int ?? 0) }

    private func rate(since started: UInt64) -> Double {
        Double(count) / (Double(LoadGenerator.now() - started) / 1e9)
    }
}
