package import JSON
package import Time

/// A request that an HTTP API hands to a function: payload format 2.0.
///
/// Header names come in small letters. Repeated headers and query parameters are joined by commas; cookies stand apart.
///
/// - Note: Source: Amazon API Gateway Developer Guide, "Working with AWS Lambda proxy integrations for HTTP APIs".
package struct HTTPEvent: Codable, Hashable, Sendable {
    package var version: String
    /// The route that matched, such as `POST /votings/{votingID}/vote`, or `$default`.
    package var routeKey: String
    package var rawPath: String
    package var rawQueryString: String
    package var cookies: [String]?
    package var headers: [String: String]
    package var queryStringParameters: [String: String]?
    package var requestContext: Context
    /// Absent when the request has none; base64 when ``isBase64Encoded``.
    package var body: String?
    package var pathParameters: [String: String]?
    package var isBase64Encoded: Bool
    package var stageVariables: [String: String]?

    package struct Context: Codable, Hashable, Sendable {
        package var accountId: String
        package var apiId: String
        package var authentication: JSONValue?
        package var authorizer: Authorizer?
        package var domainName: String
        package var domainPrefix: String
        package var http: Request
        package var requestId: String
        package var routeKey: String
        package var stage: String
        /// The time of receipt in the common log format, `23/Feb/2023:18:00:00 +0000`.
        package var time: String
        /// The time of receipt in milliseconds since 1970.
        package var timeEpoch: Int64
    }

    package struct Request: Codable, Hashable, Sendable {
        package var method: String
        package var path: String
        package var `protocol`: String
        package var sourceIp: String
        package var userAgent: String
    }

    /// What the route's authorizer found; one of the three.
    package struct Authorizer: Codable, Hashable, Sendable {
        package var jwt: Token?
        package var lambda: JSONValue?
        package var iam: JSONValue?
    }

    /// A JSON web token whose signature, issuer, audience and times the gateway has checked.
    package struct Token: Codable, Hashable, Sendable {
        package var claims: TokenClaims
        package var scopes: [String]?
    }
}

extension HTTPEvent {
    /// When the gateway received the request: the time by which rules judge it (R14).
    package var receivedAt: Timestamp { Timestamp(milliseconds: requestContext.timeEpoch) }

    /// The claims that the gateway verified; none on a route without an authorizer.
    package var claims: TokenClaims { requestContext.authorizer?.jwt?.claims ?? TokenClaims([:]) }

    /// The value of a header, whatever letters its name is written in.
    package func header(_ name: String) -> String? {
        let name = name.lowercased()
        if let value = headers[name] { return value }
        return headers.first { $0.key.lowercased() == name }?.value
    }
}
