package import JSON
import Template

/// What the emulator does with each part of a template, in groups: the sections, then each resource.
package struct TemplateDiagnosis: Sendable {
    struct Group: Sendable {
        /// A logical id, or that it is about the sections.
        var title: String
        var type: String?
        var position: SourcePosition?
        var entries: [Entry] = []
    }

    struct Entry: Sendable {
        var path: String
        var position: SourcePosition
        var status: CoverageReport.Status
        /// What to do about it, with the place.
        var problem: String?
    }

    private(set) var groups: [Group] = []

    init(_ stack: Stack) {
        let entries = Dictionary(grouping: stack.report(TemplateCoverage.all).entries, by: \.logicalID)
        let remarks = Dictionary(grouping: stack.remarks, by: \.logicalID)
        groups.append(Group(title: "Sections", entries: (remarks[nil] ?? []).map { Entry($0) }))
        for resource in stack.resources {
            let own = (entries[resource.logicalID] ?? []).map { entry in
                Entry(
                    path: entry.path.isEmpty && entry.status != .uncovered ? "the resource" : entry.path,
                    position: entry.position, status: entry.status,
                    problem: entry.status == .uncovered ? entry.description : nil)
            }
            groups.append(
                Group(
                    title: resource.logicalID, type: resource.type, position: resource.position,
                    entries: own + (remarks[resource.logicalID] ?? []).map { Entry($0) }))
        }
        for remark in stack.omitted {
            var entry = Entry(remark)
            entry.path = "the resource"
            groups.append(
                Group(
                    title: remark.logicalID ?? "", type: remark.name, position: remark.position, entries: [entry]))
        }
    }

    package var isGood: Bool { groups.allSatisfy { $0.entries.allSatisfy { $0.status != .uncovered } } }

    /// For people: what is used in one line, what has no effect with its reason, what is a problem with its place.
    package var lines: [String] {
        groups.filter { !$0.entries.isEmpty || $0.type != nil }
            .flatMap { group in
                let place = group.position.map { "  \($0)" } ?? ""
                let used = group.entries.filter { $0.status == .used }.map(\.path)
                var lines = ["", [group.title, group.type].compactMap { $0 }.joined(separator: "  ") + place]
                if !used.isEmpty { lines.append("  used     " + used.joined(separator: ", ")) }
                for entry in group.entries {
                    switch entry.status {
                    case .used: break
                    case .harmless(let reason):
                        lines.append("  harmless \(entry.path) (line \(entry.position.line)): \(reason)")
                    case .uncovered: lines.append("  PROBLEM  " + (entry.problem ?? entry.path))
                    }
                }
                return lines
            }
    }

    package var json: JSONValue {
        .array(
            groups.map { group in
                var object: JSONObject = ["title": .string(group.title)]
                object["type"] = group.type.map { .string($0) }
                object["position"] = group.position.map { .string($0.description) }
                object["entries"] = .array(group.entries.map(\.json))
                return .object(object)
            })
    }
}

extension TemplateDiagnosis.Entry {
    fileprivate init(_ remark: TemplateRemark) {
        self.init(
            path: remark.name, position: remark.position, status: remark.reason.map { .harmless($0) } ?? .used,
            problem: nil)
    }

    fileprivate var json: JSONValue {
        var object: JSONObject = [
            "path": .string(path), "line": .number(JSONNumber(position.line)),
            "column": .number(JSONNumber(position.column)),
        ]
        switch status {
        case .used: object["status"] = "used"
        case .harmless(let reason):
            object["status"] = "harmless"
            object["reason"] = .string(reason)
        case .uncovered:
            object["status"] = "uncovered"
            object["reason"] = problem.map { .string($0) }
        }
        return .object(object)
    }
}
