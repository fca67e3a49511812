import NIOHTTP1

/// Whose pages may call a bucket.
///
/// - Note: Source: Amazon S3 User Guide, "Using cross-origin resource sharing (CORS)"; Fetch Standard, "CORS protocol".
struct CORSRule {
    var origins: [String]
    var methods: [String]
    var headers: [String]
    var exposedHeaders: [String]
    var maxAgeSeconds: Int?

    static func rules(of configuration: XMLElement) throws(S3Fault) -> [CORSRule] {
        guard configuration.name == "CORSConfiguration" else { throw .malformedXML }
        var rules: [CORSRule] = []
        for element in configuration.all("CORSRule") { rules.append(try CORSRule(element)) }
        guard !rules.isEmpty, rules.count <= S3Quotas.corsRulesMax else { throw .malformedXML }
        return rules
    }

    private init(_ element: XMLElement) throws(S3Fault) {
        origins = element.all("AllowedOrigin").map(\.text)
        methods = element.all("AllowedMethod").map(\.text)
        headers = element.all("AllowedHeader").map(\.text)
        exposedHeaders = element.all("ExposeHeader").map(\.text)
        maxAgeSeconds = element.text("MaxAgeSeconds").flatMap { Int($0) }
        guard !origins.isEmpty, !methods.isEmpty else { throw .malformedXML }
        for method in methods where !["GET", "PUT", "POST", "DELETE", "HEAD"].contains(method) {
            throw .invalidRequest(
                "Found unsupported HTTP method in CORS config. Unsupported method is \(method)")
        }
        for text in origins + headers where text.filter({ $0 == "*" }).count > 1 {
            throw .invalidRequest("AllowedOrigin \"\(text)\" can not have more than one wildcard.")
        }
    }

    func allows(origin: String, method: String) -> Bool {
        methods.contains(method) && origins.contains { Self.matches($0, origin) }
    }

    func allows(headers names: [String]) -> Bool {
        names.allSatisfy { name in headers.contains { Self.matches($0.lowercased(), name.lowercased()) } }
    }

    /// - Parameter pattern: with one `*` at most, for any text.
    static func matches(_ pattern: String, _ text: String) -> Bool {
        guard let star = pattern.firstIndex(of: "*") else { return pattern == text }
        let (head, tail) = (pattern[..<star], pattern[pattern.index(after: star)...])
        return text.utf8.count >= head.utf8.count + tail.utf8.count && text.hasPrefix(head) && text.hasSuffix(tail)
    }

    /// What a browser is told with an answer.
    func answer(origin: String) -> [(String, String)] {
        let isForAnyone = origins.contains("*")
        var answer = [("Access-Control-Allow-Origin", isForAnyone ? "*" : origin)]
        if !isForAnyone { answer.append(("Access-Control-Allow-Credentials", "true")) }
        answer.append(("Access-Control-Allow-Methods", methods.joined(separator: ", ")))
        if !exposedHeaders.isEmpty {
            answer.append(("Access-Control-Expose-Headers", exposedHeaders.joined(separator: ", ")))
        }
        if let maxAgeSeconds { answer.append(("Access-Control-Max-Age", String(maxAgeSeconds))) }
        answer.append(("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"))
        return answer
    }
}
