/// What of a template is acted on: resource types and the paths of their properties. The parts of the emulator declare
/// it, so that a property that nobody reads is not passed over in silence.
///
/// A path is made of property names joined by dots. Places in lists are left out, `*` stands for any name, and a rule
/// holds for all below its path: `GlobalSecondaryIndexes.Projection`, `Environment.Variables`, `Tags`. The empty path
/// is the resource as a whole, which is then one entry.
package struct Coverage: Hashable, Sendable {
    package enum Rule: Hashable, Sendable {
        case used
        /// Not acted on, and nothing that runs here could tell; the reason, as a sentence without its stop.
        case harmless(String)
        /// A map of names to `{Type, Properties}`, as a function's events: the properties are covered by the rules for
        /// `<resource type>/<Type>`.
        case typed
    }

    /// By resource type, then by path.
    package private(set) var rules: [String: [String: Rule]]

    package init(_ rules: [String: [String: Rule]] = [:]) { self.rules = rules }

    /// The rules of both, those of `other` first where they disagree.
    package func merging(_ other: Coverage) -> Coverage {
        var merged = self
        for (type, paths) in other.rules {
            merged.rules[type, default: [:]].merge(paths) { _, new in new }
        }
        return merged
    }
}

/// What the emulator does with a stack.
package struct CoverageReport: Hashable, Sendable {
    package enum Status: Hashable, Sendable {
        case used
        case harmless(String)
        case uncovered
    }

    package struct Entry: Hashable, Sendable {
        package let logicalID: String
        package let type: String
        /// Empty for the resource as a whole.
        package let path: String
        package let position: SourcePosition
        package let status: Status

        /// `template.yaml:12:5: …` for an uncovered property.
        package var description: String {
            switch status {
            case .used: "\(position): \(logicalID) \(path) is used"
            case .harmless(let reason) where path.isEmpty: "\(position): \(logicalID) has no effect here: \(reason)"
            case .harmless(let reason): "\(position): \(path) of \(logicalID) has no effect here: \(reason)"
            case .uncovered where path.isEmpty:
                "\(position): the emulator does not know the type \(type) of \(logicalID); remove the resource or "
                    + "continue without it by --allow"
            case .uncovered:
                "\(position): the emulator does not act on \(path) of \(logicalID) (\(type)); remove the property or "
                    + "continue without it by --allow"
            }
        }
    }

    /// In the order of the template; one for each property or part of it that a rule decides.
    package let entries: [Entry]

    package var uncovered: [Entry] { entries.filter { $0.status == .uncovered } }
}

extension Stack {
    package func report(_ coverage: Coverage) -> CoverageReport {
        var walk = CoverageWalk(coverage: coverage)
        for resource in resources { walk.visit(resource) }
        return CoverageReport(entries: walk.entries)
    }
}

private struct CoverageWalk {
    let coverage: Coverage
    var entries: [CoverageReport.Entry] = []
    /// A property of the Globals is in every resource that it reaches: one entry for it is enough.
    private var reported: Set<SourcePosition> = []

    init(coverage: Coverage) { self.coverage = coverage }

    mutating func visit(_ resource: Resource) {
        guard let rules = coverage.rules[resource.type] else {
            append(resource, resource.type, "", resource.typePosition, .uncovered)
            return
        }
        if case .harmless(let reason)? = rules[""] {
            append(resource, resource.type, "", resource.position, .harmless(reason))
            return
        }
        visit(resource.properties, [], rules, resource, shownPath: "")
    }

    private mutating func visit(
        _ value: TemplateValue, _ path: [String], _ rules: [String: Coverage.Rule], _ resource: Resource,
        shownPath: String
    ) {
        for element in value.list ?? [] { visit(element, path, rules, resource, shownPath: shownPath) }
        for member in value.map ?? [] {
            let path = path + [member.name]
            let shown = shownPath.isEmpty ? member.name : shownPath + "." + member.name
            switch rule(for: path, in: rules) {
            case .used?: append(resource, resource.type, shown, member.position, .used)
            case .harmless(let reason)?: append(resource, resource.type, shown, member.position, .harmless(reason))
            case .typed?: visitTyped(member.value, resource, shownPath: shown)
            case nil where hasRule(below: path, in: rules) && member.value.text == nil:
                visit(member.value, path, rules, resource, shownPath: shown)
            case nil: append(resource, resource.type, shown, member.position, .uncovered)
            }
        }
    }

    private mutating func visitTyped(_ value: TemplateValue, _ resource: Resource, shownPath: String) {
        for member in value.map ?? [] {
            let shown = shownPath + "." + member.name
            let type = member.value["Type"]?.text ?? ""
            guard let rules = coverage.rules["\(resource.type)/\(type)"] else {
                append(
                    resource, "\(resource.type)/\(type)", shown, member.value["Type"]?.position ?? member.position,
                    .uncovered)
                continue
            }
            if let properties = member.value["Properties"] {
                visit(properties, [], rules, resource, shownPath: shown + ".Properties")
            }
        }
    }

    private func rule(for path: [String], in rules: [String: Coverage.Rule]) -> Coverage.Rule? {
        if let exact = rules[path.joined(separator: ".")] { return exact }
        return rules.first { Self.matches($0.key, path) }?.value
    }

    private static func matches(_ pattern: String, _ path: [String]) -> Bool {
        let parts = pattern.split(separator: ".")
        return parts.count == path.count && zip(parts, path).allSatisfy { $0 == "*" || $0 == $1 }
    }

    private func hasRule(below path: [String], in rules: [String: Coverage.Rule]) -> Bool {
        rules.keys.contains { pattern in
            let parts = pattern.split(separator: ".")
            return parts.count > path.count && zip(parts, path).allSatisfy { $0 == "*" || $0 == $1 }
        }
    }

    private mutating func append(
        _ resource: Resource, _ type: String, _ path: String, _ position: SourcePosition,
        _ status: CoverageReport.Status
    ) {
        guard reported.insert(position).inserted else { return }
        entries.append(
            CoverageReport.Entry(
                logicalID: resource.logicalID, type: type, path: path, position: position, status: status))
    }
}
