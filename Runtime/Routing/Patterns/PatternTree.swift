import JSON

/// The fields of a pattern that must match together, by the steps of their paths.
///
/// A path is a text: `{"a": {"b": […]}}` and `{"a.b": […]}` are the same field, in a pattern and in an event.
struct PatternTree: Sendable {
    private(set) var root = PatternNode(path: [])

    init(_ fields: [(path: String, tests: [ValueTest])]) {
        for (path, tests) in fields {
            root.insert(tests, at: path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)[...])
        }
    }

    func matches(_ event: JSONValue) -> Bool { root.membersMatch(event, in: event) }
}

struct PatternNode: Sendable {
    /// The steps to here from the root.
    let path: [String]
    /// Of the leaf at this path; empty if there is no such field.
    private(set) var tests: [ValueTest] = []
    private(set) var children: [PatternNode] = []

    init(path: [String]) { self.path = path }

    var name: String { path.last ?? "" }

    mutating func insert(_ tests: [ValueTest], at steps: ArraySlice<String>) {
        guard let step = steps.first else {
            self.tests = tests
            return
        }
        if let index = children.firstIndex(where: { $0.name.utf8.elementsEqual(step.utf8) }) {
            children[index].insert(tests, at: steps.dropFirst())
        } else {
            var child = PatternNode(path: path + [step])
            child.insert(tests, at: steps.dropFirst())
            children.append(child)
        }
    }

    /// Whether the fields at and below this node match in `value`, found at the node's path of `event`.
    private func matches(_ value: JSONValue, in event: JSONValue) -> Bool {
        (tests.isEmpty || leafMatches(value) || isAbsent(from: event))
            && (children.isEmpty || elementsMatch(value, in: event))
    }

    /// Whether one element of an array, of arrays in it too, matches in all the fields below.
    private func elementsMatch(_ value: JSONValue, in event: JSONValue) -> Bool {
        guard case .array(let elements) = value, !elements.isEmpty else { return membersMatch(value, in: event) }
        return elements.contains { elementsMatch($0, in: event) }
    }

    /// A value that is no object has no members.
    func membersMatch(_ value: JSONValue, in event: JSONValue) -> Bool {
        let object = value.object ?? JSONObject()
        return children.allSatisfy { child in
            if let member = object[child.name] {
                if child.matches(member, in: event) { return true }
            } else if child.isEveryLeafAbsent(from: event) {
                return true
            }
            return child.matchesAcrossDots(object, in: event)
        }
    }

    /// Fields below this node that the event spells with a dot in a member's name, each looked for on its own.
    private func matchesAcrossDots(_ object: JSONObject, in event: JSONValue) -> Bool {
        let start = name + "."
        guard !children.isEmpty, object.contains(where: { $0.key.utf8.starts(with: start.utf8) }) else { return false }
        let depth = path.count - 1
        return leavesSatisfy { leaf in
            leaf.isAbsent(from: event)
                || Self.hasLeaf(in: .object(object), at: leaf.path[depth...]) { value in
                    leaf.tests.contains { $0.matches(value) }
                }
        }
    }

    private func leavesSatisfy(_ isSatisfied: (PatternNode) -> Bool) -> Bool {
        (tests.isEmpty || isSatisfied(self)) && children.allSatisfy { $0.leavesSatisfy(isSatisfied) }
    }

    private func leafMatches(_ value: JSONValue) -> Bool {
        switch value {
        case .object: false
        case .array(let elements): elements.contains { leafMatches($0) }
        default: tests.contains { $0.matches(value) }
        }
    }

    private func isEveryLeafAbsent(from event: JSONValue) -> Bool { leavesSatisfy { $0.isAbsent(from: event) } }

    /// Whether this field may be absent, and is, from the whole event.
    private func isAbsent(from event: JSONValue) -> Bool {
        tests.contains { $0.isAbsent } && !Self.hasLeaf(in: event, at: path[...]) { _ in true }
    }

    /// Whether a leaf that `isWanted` lies at the end of the path, through whatever arrays and names with dots.
    private static func hasLeaf(
        in value: JSONValue, at path: ArraySlice<String>, where isWanted: (JSONValue) -> Bool
    ) -> Bool {
        switch value {
        case .array(let elements): return elements.contains { hasLeaf(in: $0, at: path, where: isWanted) }
        case .object(let object):
            var name = ""
            for index in path.indices {
                name += (index == path.startIndex ? "" : ".") + path[index]
                if let member = object[name], hasLeaf(in: member, at: path[(index + 1)...], where: isWanted) {
                    return true
                }
            }
            return false
        default: return path.isEmpty && isWanted(value)
        }
    }
}
