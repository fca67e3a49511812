package import Items

/// The names and values that the expressions of one request share, and which of them were used.
package struct ExpressionInputs: Sendable {
    /// By placeholder, the leading `#` included.
    package let names: [String: String]
    /// By placeholder, the leading `:` included.
    package let values: [String: AttributeValue]
    private var usedNames: Set<String> = []
    private var usedValues: Set<String> = []

    package init(names: [String: String] = [:], values: [String: AttributeValue] = [:]) {
        self.names = names
        self.values = values
    }

    mutating func markUsed(names: [String], values: [String]) {
        if !self.names.isEmpty { usedNames.formUnion(names) }
        if !self.values.isEmpty { usedValues.formUnion(values) }
    }

    /// Call once every expression of the request is parsed.
    ///
    /// - Throws: if a name or a value was given that no expression refers to; names are looked at first.
    package func checkAllUsed() throws(ExpressionError) {
        if usedNames.count < names.count {
            throw Self.unused("ExpressionAttributeNames", names.keys.filter { !usedNames.contains($0) })
        }
        if usedValues.count < values.count {
            throw Self.unused("ExpressionAttributeValues", values.keys.filter { !usedValues.contains($0) })
        }
    }

    private static func unused(_ parameter: String, _ keys: [String]) -> ExpressionError {
        ExpressionError(
            "Value provided in \(parameter) unused in expressions: keys: {\(keys.sorted().joined(separator: ", "))}"
        )
    }
}
