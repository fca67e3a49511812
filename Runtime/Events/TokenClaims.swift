package import JSON

/// The verified claims of a token.
package struct TokenClaims: Codable, Hashable, Sendable {
    package var values: [String: JSONValue]

    package init(_ values: [String: JSONValue]) { self.values = values }

    package init(from decoder: any Decoder) throws {
        values = try decoder.singleValueContainer().decode([String: JSONValue].self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(values)
    }

    /// Who the token speaks for; nil without an authorizer, and for a token without a subject.
    package var subject: String? {
        guard let subject = values["sub"]?.string, !subject.isEmpty else { return nil }
        return subject
    }

    /// The user pool's groups. An HTTP API writes an array claim as the text `[admins editors]`.
    package var groups: [String] {
        switch values["cognito:groups"] {
        case .array(let groups): return groups.compactMap(\.string)
        case .string(let text):
            let isList = text.hasPrefix("[") && text.hasSuffix("]")
            return (isList ? text.dropFirst().dropLast() : text[...]).split(separator: " ").map(String.init)
        default: return []
        }
    }
}
