/// The routes of an HTTP API: which one takes a request.
///
/// The most specific one does: every segment matched before a greedy part, a greedy part before `$default`; of two that
/// match every segment the one with a literal where the other has a parameter, from the left; a method before `ANY`.
///
/// - Note: Source: Amazon API Gateway Developer Guide, "Create routes for HTTP APIs", "Routing API requests".
package struct HTTPRouteTable<Target: Sendable>: Sendable {
    package struct Match: Sendable {
        package var target: Target
        /// Decoded, in the order of the path.
        package var parameters: [(name: String, value: String)]
    }

    private struct Entry: Sendable {
        var path: String
        /// Of the parameters, in order.
        var names: [String]
        var target: Target
    }

    private struct Node: Sendable {
        var literals: [String: Int] = [:]
        var parameter: Int?
        /// By method.
        var exact: [String: Entry] = [:]
        var greedy: [String: Entry] = [:]
    }

    private var nodes = [Node()]
    private var fallback: Target?

    package init() {}

    /// - Parameters:
    ///   - method: in capitals, or `ANY`; has no meaning with `$default`.
    ///   - path: or `$default`.
    package mutating func add(method: String, path: String, _ target: Target) throws(RoutePatternFailure) {
        guard path != "$default" else {
            guard fallback == nil else { throw .taken(path) }
            fallback = target
            return
        }
        let pattern = try RoutePattern(path)
        var (place, names, isGreedy) = (0, [String](), false)
        for part in pattern.parts {
            switch part {
            case .literal(let text): place = child(of: place, literal: text)
            case .parameter(let name):
                names.append(name)
                place = parameterChild(of: place)
            case .greedy(let name):
                names.append(name)
                isGreedy = true
            }
        }
        let taken = isGreedy ? nodes[place].greedy[method] : nodes[place].exact[method]
        if let taken { throw .taken(taken.path) }
        let entry = Entry(path: path, names: names, target: target)
        if isGreedy { nodes[place].greedy[method] = entry } else { nodes[place].exact[method] = entry }
    }

    private mutating func child(of place: Int, literal: String) -> Int {
        if let next = nodes[place].literals[literal] { return next }
        nodes.append(Node())
        nodes[place].literals[literal] = nodes.count - 1
        return nodes.count - 1
    }

    private mutating func parameterChild(of place: Int) -> Int {
        if let next = nodes[place].parameter { return next }
        nodes.append(Node())
        nodes[place].parameter = nodes.count - 1
        return nodes.count - 1
    }

    /// The route for a request.
    ///
    /// - Parameters:
    ///   - method: in capitals.
    ///   - segments: of the path, decoded: of `/a/b%2Fc` they are `a` and `b/c`, of `/` one that is empty.
    package func match(method: String, segments: [String]) -> Match? {
        var values: [String] = []
        if let entry = exact(0, method, segments[...], &values) ?? greedy(0, method, segments[...], &values) {
            return Match(target: entry.target, parameters: Array(zip(entry.names, values)))
        }
        return fallback.map { Match(target: $0, parameters: []) }
    }

    private func exact(
        _ place: Int, _ method: String, _ rest: ArraySlice<String>, _ values: inout [String]
    ) -> Entry? {
        let node = nodes[place]
        guard let segment = rest.first else { return node.exact[method] ?? node.exact["ANY"] }
        if let next = node.literals[segment], let entry = exact(next, method, rest.dropFirst(), &values) {
            return entry
        }
        guard let next = node.parameter, !segment.isEmpty else { return nil }
        values.append(segment)
        if let entry = exact(next, method, rest.dropFirst(), &values) { return entry }
        values.removeLast()
        return nil
    }

    /// The longest beginning of the path counts.
    private func greedy(
        _ place: Int, _ method: String, _ rest: ArraySlice<String>, _ values: inout [String]
    ) -> Entry? {
        guard let segment = rest.first else { return nil }
        let node = nodes[place]
        if let next = node.literals[segment], let entry = greedy(next, method, rest.dropFirst(), &values) {
            return entry
        }
        if let next = node.parameter, !segment.isEmpty {
            values.append(segment)
            if let entry = greedy(next, method, rest.dropFirst(), &values) { return entry }
            values.removeLast()
        }
        guard !node.greedy.isEmpty, rest.count > 1 || !segment.isEmpty,
            let entry = node.greedy[method] ?? node.greedy["ANY"]
        else { return nil }
        values.append(rest.joined(separator: "/"))
        return entry
    }
}
