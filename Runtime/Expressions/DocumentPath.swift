package import Items

/// A path into an item: an attribute, then map members and list elements.
package struct DocumentPath: Hashable, Sendable, CustomStringConvertible {
    package enum Step: Hashable, Sendable {
        case member(String)
        case element(Int)

        package static func == (a: Step, b: Step) -> Bool {
            switch (a, b) {
            case (.member(let a), .member(let b)): AttributeName(a) == AttributeName(b)
            case (.element(let a), .element(let b)): a == b
            default: false
            }
        }
    }

    package static func == (a: DocumentPath, b: DocumentPath) -> Bool {
        AttributeName(a.attribute) == AttributeName(b.attribute) && a.steps == b.steps
    }

    package var attribute: String
    package var steps: [Step]

    package init(_ attribute: String, _ steps: [Step] = []) {
        self.attribute = attribute
        self.steps = steps
    }

    /// As DynamoDB's messages show it: `[a, b, [1]]`.
    package var description: String {
        var parts = [attribute]
        for step in steps {
            switch step {
            case .member(let name): parts.append(name)
            case .element(let index): parts.append("[\(index)]")
            }
        }
        return "[" + parts.joined(separator: ", ") + "]"
    }

    /// What is there in `item`, or nil.
    package func value(in item: Item?) -> AttributeValue? {
        guard var value = item?.attributes[attribute] else { return nil }
        for step in steps {
            switch (step, value) {
            case (.member(let name), .map(let members)):
                guard let member = members[name] else { return nil }
                value = member
            case (.element(let index), .list(let elements)):
                guard index < elements.count else { return nil }
                value = elements[index]
            default: return nil
            }
        }
        return value
    }

    /// How two paths of one expression get in each other's way.
    enum Clash { case overlap, conflict }

    func clash(with other: DocumentPath) -> Clash? {
        guard AttributeName(attribute) == AttributeName(other.attribute) else { return nil }
        for (mine, theirs) in zip(steps, other.steps) where mine != theirs {
            switch (mine, theirs) {
            case (.member, .element), (.element, .member): return .conflict
            default: return nil
            }
        }
        return .overlap
    }

    /// The first clash among `paths`, overlaps before conflicts, as DynamoDB reports it.
    static func clashReason(among paths: [DocumentPath]) -> String? {
        var conflict: String?
        for (index, later) in paths.enumerated() {
            for earlier in paths[..<index] {
                switch earlier.clash(with: later) {
                case nil: continue
                case .overlap?: return Self.reason("overlap", earlier, later)
                case .conflict?: conflict = conflict ?? Self.reason("conflict", earlier, later)
                }
            }
        }
        return conflict
    }

    private static func reason(_ verb: String, _ one: DocumentPath, _ two: DocumentPath) -> String {
        "Two document paths \(verb) with each other; must remove or rewrite one of these paths; "
            + "path one: \(one), path two: \(two)"
    }
}

/// A path as written, its `#name` placeholders not yet replaced.
struct PathSyntax: Hashable, Sendable {
    enum Part: Hashable, Sendable {
        case name(String)
        case placeholder(String)
        case index(Int)
    }

    var parts: [Part]

    /// nil if a placeholder has no name.
    func resolved(_ names: [String: String]) -> DocumentPath? {
        var steps: [DocumentPath.Step] = []
        for part in parts {
            switch part {
            case .name(let name): steps.append(.member(name))
            case .index(let index): steps.append(.element(index))
            case .placeholder(let placeholder):
                guard let name = names[placeholder] else { return nil }
                steps.append(.member(name))
            }
        }
        guard case .member(let attribute)? = steps.first else { return nil }
        return DocumentPath(attribute, Array(steps.dropFirst()))
    }
}
