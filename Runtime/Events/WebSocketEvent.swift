package import JSON
package import Time

/// What a WebSocket API hands to a function: a client that connects, one that has gone, and what one sends.
///
/// - Note: Source: Amazon API Gateway Developer Guide, "Set up a WebSocket API integration request" and "WebSocket API
///   mapping template reference".
package struct WebSocketEvent: Codable, Hashable, Sendable {
    /// Of the opening request; on `$disconnect` the gateway's own; none on a message.
    package var headers: [String: String]?
    package var multiValueHeaders: [String: [String]]?
    package var queryStringParameters: [String: String]?
    package var multiValueQueryStringParameters: [String: [String]]?
    package var requestContext: Context
    /// What the client sends; base64 when ``isBase64Encoded``.
    package var body: String?
    package var stageVariables: [String: String]?
    package var isBase64Encoded: Bool

    package enum Kind: String, Codable, Hashable, Sendable {
        case connect = "CONNECT"
        case message = "MESSAGE"
        case disconnect = "DISCONNECT"
    }

    package struct Context: Codable, Hashable, Sendable {
        package var routeKey: String
        package var eventType: Kind
        /// What the authorizer of `$connect` said, on every event of the connection.
        package var authorizer: JSONValue?
        package var connectionId: String
        /// Milliseconds since 1970.
        package var connectedAt: Int64
        package var requestTimeEpoch: Int64
        package var requestTime: String
        package var requestId: String
        package var extendedRequestId: String
        package var messageId: String?
        package var messageDirection: String
        package var domainName: String
        package var stage: String
        package var apiId: String
        package var identity: Identity
        package var disconnectStatusCode: Int?
        package var disconnectReason: String?
    }

    package struct Identity: Codable, Hashable, Sendable {
        package var sourceIp: String
        package var userAgent: String?
    }
}

extension WebSocketEvent {
    /// When the gateway received this.
    package var receivedAt: Timestamp { Timestamp(milliseconds: requestContext.requestTimeEpoch) }

    /// The user for whom the connection was opened, as the authorizer found; nil without an authorizer.
    package var userID: String? {
        guard let principal = requestContext.authorizer?["principalId"]?.string, !principal.isEmpty else { return nil }
        return principal
    }

    /// The message as a value of a type; nil if it is no such value.
    package func body<Value: Decodable>(as type: Value.Type) -> Value? {
        guard let body, !isBase64Encoded else { return nil }
        return try? decodeJSON(type, from: Array(body.utf8))
    }
}

/// A function's answer: whether a client may connect, and what it is told where the route has a response.
package struct WebSocketReply: Codable, Hashable, Sendable {
    package var statusCode: Int
    package var body: String?

    package init(statusCode: Int = 200) { self.statusCode = statusCode }

    package init(body: JSONObject) {
        statusCode = 200
        self.body = JSONValue.object(body).compactText
    }
}

/// A request to connect, as it comes to the authorizer.
///
/// - Note: Source: Amazon API Gateway Developer Guide, "Control access to WebSocket APIs with AWS Lambda REQUEST
///   authorizers".
package struct ConnectionRequest: Codable, Hashable, Sendable {
    package var type: String
    package var methodArn: String
    package var headers: [String: String]?
    package var multiValueHeaders: [String: [String]]?
    package var queryStringParameters: [String: String]?
    package var multiValueQueryStringParameters: [String: [String]]?
    package var requestContext: WebSocketEvent.Context
    package var stageVariables: [String: String]?
    package var isBase64Encoded: Bool?

    package var receivedAt: Timestamp { Timestamp(milliseconds: requestContext.requestTimeEpoch) }
}

/// Whether a client may connect, and for whom.
///
/// - Note: Source: Amazon API Gateway Developer Guide, "Output from an API Gateway Lambda authorizer".
package struct ConnectionPermit: Codable, Hashable, Sendable {
    package var principalId: String
    package var policyDocument: JSONValue

    /// - Parameters:
    ///   - userID: nil: the client is refused, with 403.
    ///   - methodARN: the request's.
    package init(for userID: String?, methodARN: String) {
        // The gateway wants some name.
        principalId = userID ?? "nobody"
        policyDocument = [
            "Version": "2012-10-17",
            "Statement": [
                [
                    "Action": "execute-api:Invoke", "Effect": userID == nil ? "Deny" : "Allow",
                    "Resource": .string(methodARN),
                ]
            ],
        ]
    }
}
