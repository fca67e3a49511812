import Yams

/// Several events and clock moves in a row, from `events/flows/<name>.yaml`.
package struct ReplayFlow: Sendable {
    package static let stepsMax = 1_000

    package let steps: [FlowStep]

    /// - Parameter events: the folder that event files are named relative to.
    /// - Throws: `EmulatorError` with file, line and column.
    package init(file: String, events: String) throws(EmulatorError) {
        let text = String(decoding: try TextFile.read(file), as: UTF8.self)
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw EmulatorError("\(file): no valid YAML: \(error)")
        }
        guard let mapping = root?.mapping, let list = mapping["steps"]?.sequence else {
            throw EmulatorError("\(file):1:1: a flow is a mapping with `description` and a list of `steps`.")
        }
        for (key, _) in mapping where !["description", "steps"].contains(key.string) {
            throw FlowReader.error(file, key, "a flow has `description` and `steps`, not `\(key.string ?? "?")`")
        }
        guard list.count <= Self.stepsMax else {
            throw EmulatorError("\(file):1:1: a flow has at most \(Self.stepsMax) steps.")
        }
        var steps: [FlowStep] = []
        for node in list { steps.append(try FlowReader.step(node, file: file, events: events)) }
        self.steps = steps
    }
}
