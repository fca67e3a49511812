/// Names and values of a query or a form, decoded; of a name that comes twice the last value.
struct FormFields {
    private(set) var values: [String: String] = [:]

    /// - Parameter text: `application/x-www-form-urlencoded`.
    init(_ text: String) {
        for field in text.split(separator: "&") {
            let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            values[Self.decoded(parts[0])] = parts.count > 1 ? Self.decoded(parts[1]) : ""
        }
    }

    subscript(_ name: String) -> String? { values[name] }

    private static func decoded(_ part: Substring) -> String {
        let spaced = part.contains("+") ? String(part.map { $0 == "+" ? " " : $0 }) : String(part)
        return LambdaAPI.percentDecoded(spaced[...])
    }
}
