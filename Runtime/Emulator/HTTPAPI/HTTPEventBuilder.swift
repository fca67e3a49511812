import Items
package import JSON
package import Time

/// Makes the event that an HTTP API hands to a function, payload format 2.0.
///
/// - Note: Source: Amazon API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs".
package struct HTTPEventBuilder: Sendable {
    package var method: String
    /// Decoded path without a query.
    package var path: String
    /// `POST /votes/{id}` or `$default`.
    package var routeKey: String
    package var headers: [(name: String, value: String)] = []
    package var body: [UInt8] = []
    package var sourceAddress = "127.0.0.1"

    package init(method: String, path: String, routeKey: String) {
        self.method = method
        self.path = path
        self.routeKey = routeKey
    }

    package func event(receivedAt time: Timestamp, requestID: String) -> JSONValue {
        var merged = JSONObject()
        for (name, value) in headers {
            let key = name.lowercased()
            // Several headers of one name come joined by a comma.
            merged[key] = .string(merged[key]?.string.map { "\($0),\(value)" } ?? value)
        }
        let http: JSONValue = [
            "method": .string(method), "path": .string(path), "protocol": "HTTP/1.1",
            "sourceIp": .string(sourceAddress), "userAgent": .string(merged["user-agent"]?.string ?? ""),
        ]
        let context: JSONValue = [
            "accountId": "000000000000", "apiId": "local", "domainName": "127.0.0.1", "domainPrefix": "local",
            "http": http, "requestId": .string(requestID), "routeKey": .string(routeKey), "stage": "$default",
            "time": .string(Self.commonLogTime(time)), "timeEpoch": .number(JSONNumber(Int(time.milliseconds))),
        ]
        var event: JSONObject = [
            "version": "2.0", "routeKey": .string(routeKey), "rawPath": .string(path),
            "rawQueryString": "", "headers": .object(merged), "requestContext": context,
        ]
        if !body.isEmpty {
            // Bodies that are no UTF-8 text travel as base64.
            if let text = String(validating: body, as: UTF8.self) {
                event["body"] = .string(text)
                event["isBase64Encoded"] = false
            } else {
                event["body"] = .string(Base64.text(of: body))
                event["isBase64Encoded"] = true
            }
        } else {
            event["isBase64Encoded"] = false
        }
        return .object(event)
    }

    /// `23/Feb/2023:18:00:00 +0000`.
    static func commonLogTime(_ time: Timestamp) -> String {
        let text = Array(time.description)
        let month = HTTPDate.months[Int(String(text[5...6]))! - 1]
        return "\(String(text[8...9]))/\(month)/\(String(text[0...3])):\(String(text[11...18])) +0000"
    }
}
