/// What an HTTP API tells browsers of other origins.
///
/// - Note: Source: Amazon API Gateway Developer Guide, "Configure CORS for HTTP APIs".
package struct CORSRules: Hashable, Sendable {
    package var origins: [String]
    package var methods: [String]
    package var headers: [String]
    package var exposed: [String]
    package var allowsCredentials: Bool
    package var maxAgeSeconds: Int?

    package init(
        origins: [String], methods: [String], headers: [String], exposed: [String], allowsCredentials: Bool,
        maxAgeSeconds: Int?
    ) {
        self.origins = origins
        self.methods = methods
        self.headers = headers
        self.exposed = exposed
        self.allowsCredentials = allowsCredentials
        self.maxAgeSeconds = maxAgeSeconds
    }

    /// The value of `access-control-allow-origin` for an origin: itself or `*`, nil if it is not allowed.
    package func allowedOrigin(_ origin: String) -> String? {
        if origins.contains("*") { return "*" }
        // Origins are compared as browsers write them: scheme and host in small letters.
        let isAllowed = origins.contains { allowed in
            allowed.lowercased() == origin.lowercased()
                || (allowed == "https://*" || allowed == "http://*") && origin.hasPrefix(allowed.dropLast())
        }
        return isAllowed ? origin : nil
    }

    /// The headers of every answer to a request of that origin.
    package func headers(forOrigin origin: String) -> [(String, String)] {
        guard let allowed = allowedOrigin(origin) else { return [] }
        var result = [("access-control-allow-origin", allowed)]
        if allowed != "*" { result.append(("vary", "Origin")) }
        if allowsCredentials { result.append(("access-control-allow-credentials", "true")) }
        if !exposed.isEmpty { result.append(("access-control-expose-headers", exposed.joined(separator: ","))) }
        return result
    }

    /// The headers of the answer to a preflight request.
    package func preflightHeaders(forOrigin origin: String) -> [(String, String)] {
        var result = headers(forOrigin: origin)
        guard !result.isEmpty else { return [] }
        if !methods.isEmpty { result.append(("access-control-allow-methods", methods.joined(separator: ","))) }
        if !headers.isEmpty { result.append(("access-control-allow-headers", headers.joined(separator: ","))) }
        if let maxAgeSeconds { result.append(("access-control-max-age", String(maxAgeSeconds))) }
        return result
    }
}
