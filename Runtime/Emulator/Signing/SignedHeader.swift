import NIOHTTP1

/// What a request says of its signature.
///
/// - Note: Source: AWS General Reference, "Signature Version 4"; the words of errors are AWS's, as dynalite's tests
///   recorded them.
struct SignedHeader: Hashable {
    var algorithm: String
    var credential: String
    /// Lower case, in the request's order.
    var signedHeaders: [String]
    var signature: String
    /// As the request writes it.
    var date: String
    /// The header itself.
    var text: String

    /// - Returns: nil if there is none that begins as AWS's do.
    /// - Throws: `AuthorizationFailure` naming everything that is missing.
    init?(_ headers: HTTPHeaders) throws(AuthorizationFailure) {
        guard let text = headers.first(name: "Authorization"), text.hasPrefix("AWS4-") else { return nil }
        self.text = text
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
        signedHeaders = values["SignedHeaders", default: ""].split(separator: ";").map { $0.lowercased() }
        self.date = date ?? ""
    }
}
