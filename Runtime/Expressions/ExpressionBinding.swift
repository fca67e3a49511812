import Items

/// An expression's slots filled for one request. Missing ones stay nil, so that each is complained about where
/// DynamoDB complains about it.
struct ExpressionBinding: Sendable {
    let kind: ExpressionKind
    let source: ExpressionSource
    let paths: [DocumentPath?]
    let values: [AttributeValue?]

    /// Whether nothing is missing.
    var isComplete: Bool { source.pathsResolve && !values.contains { $0 == nil } }

    init(kind: ExpressionKind, source: ExpressionSource, inputs: inout ExpressionInputs) {
        self.kind = kind
        self.source = source
        paths = source.paths
        let given = inputs.values
        values = source.valuePlaceholders.map { given[$0] }
        inputs.markUsed(names: source.namePlaceholders, values: source.valuePlaceholders)
    }

    func missingName(inPath slot: Int) -> ExpressionError? {
        guard paths[slot] == nil, let placeholder = source.missingNames[slot] else { return nil }
        return kind.error(
            "An expression attribute name used in the document path is not defined; attribute name: \(placeholder)")
    }

    func missingValue(_ slot: Int) -> ExpressionError? {
        guard values[slot] == nil else { return nil }
        return kind.error(
            "An expression attribute value used in expression is not defined; "
                + "attribute value: \(source.valuePlaceholders[slot])")
    }

    func wrongOperands(_ name: String, count: Int) -> ExpressionError {
        kind.error(
            "Incorrect number of operands for operator or function; operator or function: \(name), "
                + "number of operands: \(count)")
    }

    func wrongType(_ name: String, _ type: String) -> ExpressionError {
        kind.error(
            "Incorrect operand type for operator or function; operator or function: \(name), operand type: \(type)")
    }

    func needsPath(_ name: String) -> ExpressionError {
        kind.error("Operator or function requires a document path; operator or function: \(name)")
    }
}

/// What a parsed expression refers to, its paths resolved with the names of the request it was parsed for.
struct ExpressionSource: Sendable {
    let paths: [DocumentPath?]
    /// By slot of the path: the first of its placeholders that has no name.
    let missingNames: [Int: String]
    let namePlaceholders: [String]
    let valuePlaceholders: [String]

    var pathsResolve: Bool { missingNames.isEmpty }

    init(_ reader: ExpressionReader, names: [String: String]) {
        paths = reader.paths.map { $0.resolved(names) }
        var missing: [Int: String] = [:]
        for (slot, path) in reader.paths.enumerated() where paths[slot] == nil {
            for case .placeholder(let placeholder) in path.parts where names[placeholder] == nil {
                missing[slot] = missing[slot] ?? placeholder
            }
        }
        missingNames = missing
        namePlaceholders = reader.namePlaceholders
        valuePlaceholders = reader.valuePlaceholders
    }
}
