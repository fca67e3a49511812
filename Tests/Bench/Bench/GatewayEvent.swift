import JSON

/// A request as the HTTP API hands it to a function, in payload format 2.0.
struct GatewayEvent {
    var method = "POST"
    /// With its parameters in braces.
    var route: String
    var parameters: [String: String] = [:]
    var user: String
    var isAdministrator = false
    var idempotencyKey: String?
    var body: JSONValue?
    var requestID: String
    /// Milliseconds since 1970: when the gateway received it.
    var receivedAt: Int

    var bytes: [UInt8] {
        var path = route
        for (name, value) in parameters { path = path.replacing("{\(name)}", with: value) }
        var claims: JSONObject = ["sub": .string(user)]
        if isAdministrator { claims["cognito:groups"] = "[admins]" }
        var headers: JSONObject = ["content-type": "application/json"]
        if let idempotencyKey { headers["idempotency-key"] = .string(idempotencyKey) }
        let routeKey: JSONValue = .string("\(method) \(route)")
        let http: JSONValue = [
            "method": .string(method), "path": .string(path), "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1",
            "userAgent": "bench",
        ]
        let context: JSONValue = [
            "accountId": "000000000000", "apiId": "local", "domainName": "localhost", "domainPrefix": "localhost",
            "authorizer": ["jwt": ["claims": .object(claims), "scopes": nil]], "http": http,
            "requestId": .string(requestID), "routeKey": routeKey, "stage": "$default",
            "time": "23/Feb/2023:18:00:00 +0000", "timeEpoch": .number(JSONNumber(receivedAt)),
        ]
        let event: JSONValue = [
            "version": "2.0", "routeKey": routeKey, "rawPath": .string(path), "rawQueryString": "",
            "headers": .object(headers),
            "pathParameters": .object(JSONObject(parameters.map { ($0, JSONValue.string($1)) })),
            "requestContext": context, "body": body.map { .string($0.compactText) } ?? .null, "isBase64Encoded": false,
        ]
        return event.compactBytes
    }
}
