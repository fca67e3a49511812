import Items
package import JSON
import Routing
package import Time

/// Makes the event that an HTTP API hands to a function, payload format 2.0.
///
/// - Note: Source: Amazon API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs".
package struct HTTPEventBuilder: Sendable {
    /// The API that the request came to.
    package struct API: Sendable {
        package var id: String
        package var stage: String
        package var domainName: String

        package init(id: String, stage: String, domainName: String) {
            self.id = id
            self.stage = stage
            self.domainName = domainName
        }
    }

    package var api: API
    package var method: String
    /// Decoded, with the stage in front if it is not `$default`, and without a query.
    package var path: String
    /// Percent-encoded, without the question mark.
    package var query = ""
    /// `POST /votes/{id}` or `$default`.
    package var routeKey: String
    /// As they came.
    package var headers: [(name: String, value: String)] = []
    /// Decoded.
    package var pathParameters: [(name: String, value: String)] = []
    package var body: [UInt8] = []
    /// What the authorizer found, such as `{"jwt": …}`.
    package var authorizer: JSONValue?
    package var sourceAddress = "127.0.0.1"
    /// The port that the client was told of.
    package var port = "80"
    /// `Root=1-…`
    package var trace = ""

    package init(api: API, method: String, path: String, routeKey: String) {
        self.api = api
        self.method = method
        self.path = path
        self.routeKey = routeKey
    }

    package func event(receivedAt time: Timestamp, requestID: String) -> JSONValue {
        var (merged, cookies) = mergedHeaders()
        merged["content-length"] = .string(String(body.count))
        merged["x-amzn-trace-id"] = .string(trace)
        let forwarded = merged["x-forwarded-for"]?.string.map { $0 + ", " } ?? ""
        merged["x-forwarded-for"] = .string(forwarded + sourceAddress)
        merged["x-forwarded-port"] = .string(port)
        merged["x-forwarded-proto"] = "http"
        var event: JSONObject = [
            "version": "2.0", "routeKey": .string(routeKey), "rawPath": .string(path), "rawQueryString": .string(query),
        ]
        if !cookies.isEmpty { event["cookies"] = .array(cookies) }
        event["headers"] = .object(merged)
        if !query.isEmpty { event["queryStringParameters"] = .object(Self.joined(query)) }
        event["requestContext"] = .object(
            context(userAgent: merged["user-agent"] ?? "", receivedAt: time, requestID: requestID))
        let isText = Self.isText(merged["content-type"]?.string)
        addBody(to: &event, isText: isText)
        return .object(event)
    }

    /// Several headers of one name come joined by commas, cookies apart from them.
    private func mergedHeaders() -> (JSONObject, cookies: [JSONValue]) {
        var (merged, cookies) = (JSONObject(), [JSONValue]())
        for (name, value) in headers {
            let key = name.lowercased()
            switch key {
            case "cookie":
                for cookie in value.split(separator: ";") {
                    cookies.append(.string(String(cookie.drop { $0 == " " })))
                }
            case _ where HopByHop.names.contains(key): break
            default: merged[key] = .string(merged[key]?.string.map { "\($0),\(value)" } ?? value)
            }
        }
        return (merged, cookies)
    }

    /// Several values of one name come joined by commas.
    private static func joined(_ query: String) -> JSONObject {
        var parameters = JSONObject()
        for (name, value) in PercentEncoding.pairs(ofQuery: query) {
            parameters[name] = .string(parameters[name]?.string.map { "\($0),\(value)" } ?? value)
        }
        return parameters
    }

    private func context(userAgent: JSONValue, receivedAt time: Timestamp, requestID: String) -> JSONObject {
        var context: JSONObject = ["accountId": .string(LocalAccount.id), "apiId": .string(api.id)]
        if let authorizer { context["authorizer"] = authorizer }
        context["domainName"] = .string(api.domainName)
        context["domainPrefix"] = .string(String(api.domainName.prefix { $0 != "." }))
        context["http"] = [
            "method": .string(method), "path": .string(path), "protocol": "HTTP/1.1",
            "sourceIp": .string(sourceAddress), "userAgent": userAgent,
        ]
        context["requestId"] = .string(requestID)
        context["routeKey"] = .string(routeKey)
        context["stage"] = .string(api.stage)
        context["time"] = .string(Self.commonLogTime(time))
        context["timeEpoch"] = .number(JSONNumber(Int(time.milliseconds)))
        return context
    }

    private func addBody(to event: inout JSONObject, isText: Bool) {
        var isBase64 = false
        if !body.isEmpty {
            // A body that says text and is no UTF-8 would not arrive as it was sent.
            if isText, let text = String(validating: body, as: UTF8.self) {
                event["body"] = .string(text)
            } else {
                event["body"] = .string(Base64.text(of: body))
                isBase64 = true
            }
        }
        if !pathParameters.isEmpty {
            event["pathParameters"] = .object(JSONObject(pathParameters.map { ($0.name, .string($0.value)) }))
        }
        event["isBase64Encoded"] = .bool(isBase64)
    }

    /// Whether a body of that type travels as it is: `text/*`, and JSON, XML and JavaScript of `application/`. All else
    /// is base64, forms and bodies of no type too.
    static func isText(_ contentType: String?) -> Bool {
        guard let contentType else { return false }
        let type = contentType.prefix { $0 != ";" && $0 != " " }.lowercased()
        return type.hasPrefix("text/")
            || ["application/json", "application/xml", "application/javascript"].contains(type)
    }

    /// `23/Feb/2023:18:00:00 +0000`.
    package static func commonLogTime(_ time: Timestamp) -> String {
        let civil = CivilDateTime(secondsSince1970: time.secondsRoundedDown)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let clock = "\(two(civil.hour)):\(two(civil.minute)):\(two(civil.second))"
        return "\(two(civil.day))/\(HTTPDate.months[Int(civil.month) - 1])/\(civil.year):\(clock) +0000"
    }
}

/// Headers between neighbours, which no proxy hands on.
///
/// - Note: Source: RFC 9110, section 7.6.1.
enum HopByHop {
    static let names: Set<String> = [
        "connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te",
        "trailer", "transfer-encoding", "upgrade",
    ]
}
