import NIOHTTP1

/// What a request says of its signature, in its header or, if it was signed beforehand, in its query.
///
/// - Note: Source: AWS General Reference, "Signature Version 4"; the words of errors are AWS's, as dynalite's tests
///   recorded them.
struct RequestSignature: Hashable {
    var algorithm: String
    var credential: String
    /// Lower case, in the request's order.
    var signedHeaders: [String]
    var signature: String
    /// As the request writes it.
    var date: String
    var sessionToken: String?

    /// - Returns: nil if there is none that begins as AWS's do.
    /// - Throws: `AuthorizationFailure` naming everything that is missing.
    init?(_ request: HTTPRequest) throws(AuthorizationFailure) {
        let header = request.headers.first(name: "Authorization")
        let query = request.query.isEmpty ? [:] : Self.parameters(request.query)
        guard query["X-Amz-Algorithm"] == nil else {
            guard header == nil else {
                throw .invalid(
                    "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
            }
            try self.init(query: query)
            return
        }
        guard let header, header.hasPrefix("AWS4-") else { return nil }
        try self.init(header: header, of: request.headers)
    }

    init(header text: String, of headers: HTTPHeaders) throws(AuthorizationFailure) {
        var parts = text.split { $0 == " " || $0 == "," }.map(String.init)
        algorithm = parts.removeFirst()
        var values: [String: String] = [:]
        for part in parts {
            guard let mark = part.firstIndex(of: "=") else {
                throw .incomplete(
                    "'\(part)' not a valid key=value pair (missing equal-sign) in Authorization header: '\(text)'.")
            }
            values[String(part[..<mark])] = String(part[part.index(after: mark)...])
        }
        var message = ""
        for name in ["Credential", "Signature", "SignedHeaders"] where values[name, default: ""].isEmpty {
            message += "Authorization header requires '\(name)' parameter. "
        }
        let date = headers.first(name: "X-Amz-Date") ?? headers.first(name: "Date")
        if date == nil {
            message += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
        }
        guard message.isEmpty else { throw .incomplete(message + "Authorization=\(text)") }
        credential = values["Credential", default: ""]
        signature = values["Signature", default: ""]
        signedHeaders = Self.names(values["SignedHeaders", default: ""])
        self.date = date ?? ""
        sessionToken = headers.first(name: "X-Amz-Security-Token")
    }

    private init(query: [String: String]) throws(AuthorizationFailure) {
        let needed = ["Algorithm", "Credential", "Signature", "SignedHeaders", "Date"].map { "X-Amz-\($0)" }
        let missing = needed.filter { query[$0, default: ""].isEmpty }
        guard missing.isEmpty else {
            let message = missing.map { "AWS query-string parameters must include '\($0)'. " }.joined()
            throw .incomplete(message + "Re-examine the query-string parameters.")
        }
        algorithm = query["X-Amz-Algorithm", default: ""]
        credential = query["X-Amz-Credential", default: ""]
        signature = query["X-Amz-Signature", default: ""]
        signedHeaders = Self.names(query["X-Amz-SignedHeaders", default: ""])
        date = query["X-Amz-Date", default: ""]
        sessionToken = query["X-Amz-Security-Token"]
    }

    private static func names(_ text: String) -> [String] { text.split(separator: ";").map { $0.lowercased() } }

    /// By name; of several with one name the first counts.
    private static func parameters(_ query: String) -> [String: String] {
        Dictionary(
            CanonicalRequest.pairs(query).map { name, value in
                (String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
            },
            uniquingKeysWith: { first, _ in first })
    }
}
