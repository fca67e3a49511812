package import Items

/// A choice of attributes and parts of attributes.
package struct ProjectionExpression: Sendable {
    package let paths: [DocumentPath]
    private let tree: [AttributeName: Branch]

    /// - Throws: DynamoDB's message about the first thing wrong with the expression.
    package static func parse(_ text: String, _ inputs: inout ExpressionInputs) throws(ExpressionError)
        -> ProjectionExpression
    {
        var reader = try ExpressionReader(text, kind: .projection)
        repeat { _ = reader.slot(for: try reader.parsePath()) } while reader.takeIf(.comma)
        guard reader.next.kind == .end else { throw reader.syntaxError() }
        try reader.checkWords()
        let source = ExpressionSource(reader, names: inputs.names)
        let binding = ExpressionBinding(kind: .projection, source: source, inputs: &inputs)
        for slot in source.paths.indices {
            if let error = binding.missingName(inPath: slot) { throw error }
        }
        let paths = source.paths.compactMap { $0 }
        if let reason = DocumentPath.clashReason(among: paths) { throw ExpressionKind.projection.error(reason) }
        return ProjectionExpression(paths)
    }

    /// - Parameter paths: where two overlap, the longer one does not count.
    package init(_ paths: [DocumentPath]) {
        self.paths = paths
        var tree: [AttributeName: Branch] = [:]
        for path in paths { tree[AttributeName(path.attribute), default: .none].insert(path.steps[...]) }
        self.tree = tree
    }

    /// What of `item` was chosen. Elements of a list stay in order and close up; a map or list of which nothing was
    /// found is left out.
    package func apply(to item: Item) -> Item {
        var chosen = Item()
        for (name, branch) in tree {
            if let value = item[name.text], let part = branch.apply(to: value) { chosen[name.text] = part }
        }
        return chosen
    }
}

/// What of one value is chosen.
private indirect enum Branch: Sendable {
    case none
    case all
    case members([AttributeName: Branch])
    case elements([Int: Branch])

    mutating func insert(_ steps: ArraySlice<DocumentPath.Step>) {
        guard let step = steps.first else { return self = .all }
        switch (step, self) {
        case (_, .all): return
        case (.member(let name), .members(var members)):
            members[AttributeName(name), default: .none].insert(steps.dropFirst())
            self = .members(members)
        case (.element(let index), .elements(var elements)):
            elements[index, default: .none].insert(steps.dropFirst())
            self = .elements(elements)
        case (.member(let name), _):
            var branch = Branch.none
            branch.insert(steps.dropFirst())
            self = .members([AttributeName(name): branch])
        case (.element(let index), _):
            var branch = Branch.none
            branch.insert(steps.dropFirst())
            self = .elements([index: branch])
        }
    }

    func apply(to value: AttributeValue) -> AttributeValue? {
        switch (self, value) {
        case (.all, _): return value
        case (.members(let branches), .map(let members)):
            var chosen = AttributeMap()
            for (name, branch) in branches { chosen[name.text] = members[name.text].flatMap { branch.apply(to: $0) } }
            return chosen.isEmpty ? nil : .map(chosen)
        case (.elements(let branches), .list(let elements)):
            let chosen = branches.sorted { $0.key < $1.key }.compactMap { index, branch in
                index < elements.count ? branch.apply(to: elements[index]) : nil
            }
            return chosen.isEmpty ? nil : .list(chosen)
        default: return nil
        }
    }
}
