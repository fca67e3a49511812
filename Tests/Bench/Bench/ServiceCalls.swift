import JSON

/// Single calls of an emulator's services.
struct ServiceCalls {
    let load: LoadGenerator

    func cognito(_ operation: String, _ input: JSONValue) throws(LoadGenerator.Failure) -> JSONValue {
        try call(HTTPRequests.json("AWSCognitoIdentityProviderService.\(operation)", input))
    }

    func sqs(_ operation: String, _ input: JSONValue) throws(LoadGenerator.Failure) -> JSONValue {
        try call(HTTPRequests.json("AmazonSQS.\(operation)", input))
    }

    func createMapping(_ source: String, function: String) throws(LoadGenerator.Failure) {
        let input: JSONValue = [
            "EventSourceArn": .string(source), "FunctionName": .string(function), "BatchSize": 10,
        ]
        _ = try call(
            HTTPRequests.post("/2015-03-31/event-source-mappings/", body: input.compactBytes, headers: ""),
            accepts: [200, 201, 202])
    }

    /// Returns when the emulator has nothing left to do by itself.
    func waitUntilIdle() throws(LoadGenerator.Failure) {
        _ = try call(HTTPRequests.post("/_emulator/clock", body: Array(#"{"byMilliseconds":0}"#.utf8), headers: ""))
    }

    func trace(_ root: String) throws(LoadGenerator.Failure) -> JSONValue {
        try call(HTTPRequests.get("/_emulator/traces/\(root)", headers: ""))
    }

    func call(_ request: [UInt8], accepts statuses: Set<Int> = [200]) throws(LoadGenerator.Failure) -> JSONValue {
        var answer: [UInt8] = []
        _ = try load.run(count: 1, connections: 1) { _ in
            request
        } accepts: { status, body in
            answer = Array(body)
            return statuses.contains(status)
        }
        return (try? parseJSON(answer)) ?? .null
    }
}
