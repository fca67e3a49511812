package import JSON

/// Which route of a WebSocket API takes a message: `$request.body.action`, or a text with such parts in it,
/// `${request.body.service}/${request.body.action}`.
///
/// - Note: Source: Amazon API Gateway Developer Guide, "Route selection expressions".
package struct RouteSelection: Hashable, Sendable {
    private enum Part: Hashable, Sendable {
        case literal(String)
        /// Names of members, from the outside.
        case body([String])
    }

    private let parts: [Part]

    /// - Returns: nil for an expression that looks at anything but the body.
    package init?(_ expression: String) {
        if let path = Self.bodyPath(expression, after: "$request.body.") {
            parts = [.body(path)]
            return
        }
        var (parts, rest) = ([Part](), expression[...])
        while let opening = rest.firstRange(of: "${") {
            if opening.lowerBound > rest.startIndex { parts.append(.literal(String(rest[..<opening.lowerBound]))) }
            guard let closing = rest[opening.upperBound...].firstIndex(of: "}"),
                let path = Self.bodyPath(String(rest[opening.upperBound..<closing]), after: "request.body.")
            else { return nil }
            parts.append(.body(path))
            rest = rest[rest.index(after: closing)...]
        }
        guard !parts.isEmpty else { return nil }
        if !rest.isEmpty { parts.append(.literal(String(rest))) }
        self.parts = parts
    }

    private static func bodyPath(_ text: String, after prefix: String) -> [String]? {
        guard text.hasPrefix(prefix) else { return nil }
        let names = text.dropFirst(prefix.count).split(separator: ".", omittingEmptySubsequences: false).map(
            String.init)
        let isPlain = names.allSatisfy { !$0.isEmpty && !$0.contains("$") && !$0.contains("{") && !$0.contains("}") }
        return isPlain ? names : nil
    }

    /// The key of the route for a message; nil, which means `$default`, if it is no JSON object or lacks a member.
    package func key(of message: JSONValue?) -> String? {
        guard let message, message.object != nil else { return nil }
        var key = ""
        for part in parts {
            switch part {
            case .literal(let text): key += text
            case .body(let path):
                let value = path.reduce(Optional(message)) { value, name in value?[name] }
                switch value {
                case .string(let text)?: key += text
                case .number?, .bool?: key += value?.compactText ?? ""
                default: return nil
                }
            }
        }
        return key
    }
}
