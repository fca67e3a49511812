/// Which resource must be there before which.
struct DependencyGraph {
    private struct Edge {
        let target: String
        let position: SourcePosition
    }
    private var edges: [String: [Edge]] = [:]

    /// - Parameter position: of the reference.
    mutating func add(_ user: String, needs target: String, at position: SourcePosition) {
        guard !(edges[user] ?? []).contains(where: { $0.target == target }) else { return }
        edges[user, default: []].append(Edge(target: target, position: position))
    }

    /// Refuses resources that need each other, as no order of making them would do.
    func checkNoCircle(names: [String]) throws(TemplateError) {
        var finished: Set<String> = []
        for name in names {
            var path: [String] = []
            try visit(name, &path, &finished)
        }
    }

    private func visit(
        _ name: String, _ path: inout [String], _ finished: inout Set<String>
    ) throws(TemplateError) {
        guard !finished.contains(name) else { return }
        path.append(name)
        for edge in edges[name] ?? [] {
            if let start = path.firstIndex(of: edge.target) {
                throw TemplateError(
                    "resources need each other in a circle: "
                        + (path[start...] + [edge.target]).joined(separator: " → ")
                        + "; write one of the names out instead of referring to it", at: edge.position)
            }
            try visit(edge.target, &path, &finished)
        }
        path.removeLast()
        finished.insert(name)
    }
}
