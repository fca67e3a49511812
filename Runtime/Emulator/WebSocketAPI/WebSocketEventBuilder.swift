import Items
package import JSON
import Routing
package import Time

/// Makes the events that a WebSocket API hands to functions.
///
/// - Note: Source: Amazon API Gateway Developer Guide, "Set up a WebSocket API integration request" and "WebSocket API
///   mapping template reference".
package struct WebSocketEventBuilder: Sendable {
    package var apiID: String
    package var stage: String
    package var domainName: String
    package var stageVariables: [String: String]
    package var connectionID: String
    package var connectedAt: Timestamp
    package var userAgent: String
    package var sourceAddress = "127.0.0.1"
    /// What the authorizer has said of the client.
    package var authorizer: JSONValue?

    package init(
        apiID: String, stage: String, domainName: String, stageVariables: [String: String], connectionID: String,
        connectedAt: Timestamp, userAgent: String
    ) {
        self.apiID = apiID
        self.stage = stage
        self.domainName = domainName
        self.stageVariables = stageVariables
        self.connectionID = connectionID
        self.connectedAt = connectedAt
        self.userAgent = userAgent
    }

    /// The request to connect.
    package struct Opening: Sendable {
        /// As they came.
        package var headers: [(name: String, value: String)]
        package var query: String

        package init(headers: [(name: String, value: String)], query: String) {
            self.headers = headers
            self.query = query
        }

        fileprivate var members: JSONObject {
            var members = JSONObject()
            let own = headers.filter { !HopByHop.names.contains($0.name.lowercased()) }
            members["headers"] = .object(Self.last(own))
            members["multiValueHeaders"] = .object(Self.all(own))
            let parameters = PercentEncoding.pairs(ofQuery: query)
            guard !parameters.isEmpty else { return members }
            members["queryStringParameters"] = .object(Self.last(parameters))
            members["multiValueQueryStringParameters"] = .object(Self.all(parameters))
            return members
        }

        private static func last(_ pairs: [(name: String, value: String)]) -> JSONObject {
            JSONObject(pairs.map { ($0.name, .string($0.value)) })
        }

        private static func all(_ pairs: [(name: String, value: String)]) -> JSONObject {
            var lists = JSONObject()
            for (name, value) in pairs { lists[name] = .array((lists[name]?.array ?? []) + [.string(value)]) }
            return lists
        }
    }

    /// For the route `$connect`.
    package func connect(_ opening: Opening, at now: Timestamp, requestID: String) -> JSONValue {
        var event = opening.members
        event["requestContext"] = .object(context("$connect", "CONNECT", at: now, requestID: requestID))
        return finished(event)
    }

    /// For the authorizer of `$connect`.
    package func authorization(_ opening: Opening, methodARN: String, at now: Timestamp, requestID: String) -> JSONValue
    {
        var event: JSONObject = ["type": "REQUEST", "methodArn": .string(methodARN)]
        for (name, value) in opening.members { event[name] = value }
        event["requestContext"] = .object(context("$connect", "CONNECT", at: now, requestID: requestID))
        return finished(event)
    }

    package func message(
        _ body: [UInt8], isBinary: Bool, routeKey: String, messageID: String, at now: Timestamp, requestID: String
    ) -> JSONValue {
        var context = context(routeKey, "MESSAGE", at: now, requestID: requestID)
        context["messageId"] = .string(messageID)
        var event: JSONObject = ["requestContext": .object(context)]
        event["body"] = .string(isBinary ? Base64.text(of: body) : String(decoding: body, as: UTF8.self))
        return finished(event, isBase64: isBinary)
    }

    package func disconnect(code: Int, reason: String, at now: Timestamp, requestID: String) -> JSONValue {
        var context = context("$disconnect", "DISCONNECT", at: now, requestID: requestID)
        context["disconnectStatusCode"] = .number(JSONNumber(code))
        context["disconnectReason"] = .string(reason)
        let headers = [("Host", domainName), ("x-api-key", ""), ("X-Forwarded-For", ""), ("x-restapi", "")]
        return finished([
            "headers": .object(JSONObject(headers.map { ($0.0, .string($0.1)) })),
            "multiValueHeaders": .object(JSONObject(headers.map { ($0.0, [.string($0.1)]) })),
            "requestContext": .object(context),
        ])
    }

    private func context(
        _ routeKey: String, _ type: String, at now: Timestamp, requestID: String
    ) -> JSONObject {
        var context: JSONObject = ["routeKey": .string(routeKey)]
        if let authorizer { context["authorizer"] = authorizer }
        context["eventType"] = .string(type)
        context["extendedRequestId"] = .string(requestID)
        context["requestTime"] = .string(HTTPEventBuilder.commonLogTime(now))
        context["messageDirection"] = "IN"
        context["stage"] = .string(stage)
        context["connectedAt"] = .number(JSONNumber(Int(connectedAt.milliseconds)))
        context["requestTimeEpoch"] = .number(JSONNumber(Int(now.milliseconds)))
        context["identity"] =
            userAgent.isEmpty
            ? ["sourceIp": .string(sourceAddress)]
            : ["userAgent": .string(userAgent), "sourceIp": .string(sourceAddress)]
        context["requestId"] = .string(requestID)
        context["domainName"] = .string(domainName)
        context["connectionId"] = .string(connectionID)
        context["apiId"] = .string(apiID)
        return context
    }

    private func finished(_ event: JSONObject, isBase64: Bool = false) -> JSONValue {
        var event = event
        if !stageVariables.isEmpty {
            let sorted = stageVariables.sorted { $0.key < $1.key }
            event["stageVariables"] = .object(JSONObject(sorted.map { ($0.key, .string($0.value)) }))
        }
        event["isBase64Encoded"] = .bool(isBase64)
        return .object(event)
    }
}

// As a connection is kept over a restart.
extension WebSocketEventBuilder {
    var record: JSONObject {
        var record: JSONObject = [
            "api": .string(apiID), "stage": .string(stage), "domain": .string(domainName),
            "variables": .object(JSONObject(stageVariables.map { ($0.key, .string($0.value)) })),
            "connectedAt": .number(JSONNumber(Int(connectedAt.milliseconds))), "userAgent": .string(userAgent),
        ]
        if let authorizer { record["authorizer"] = authorizer }
        return record
    }

    init?(record: JSONValue, connectionID: String) {
        guard let apiID = record["api"]?.string, let stage = record["stage"]?.string,
            let domainName = record["domain"]?.string, let variables = record["variables"]?.object,
            let connectedAt = record["connectedAt"]?.int, let userAgent = record["userAgent"]?.string
        else { return nil }
        let texts = variables.map { ($0.key, $0.value.string ?? "") }
        self.init(
            apiID: apiID, stage: stage, domainName: domainName,
            stageVariables: Dictionary(texts, uniquingKeysWith: { first, _ in first }), connectionID: connectionID,
            connectedAt: Timestamp(milliseconds: Int64(connectedAt)), userAgent: userAgent)
        authorizer = record["authorizer"]
    }
}
