package import JSON
package import Time
import Yams

/// Several events and clock moves in a row, from `events/flows/<name>.yaml`.
package struct ReplayFlow: Sendable {
    package enum Step: Sendable {
        /// Moves the clock forward to an instant.
        case at(Timestamp)
        case invoke(function: String, eventFile: String, changes: [(path: String, value: JSONValue)])
        /// The buyer leaves the hosted checkout that was opened for `reference`; the webhook comes `deliveries` times.
        case pay(reference: String, outcome: StripeStandIn.Outcome, deliveries: Int)
    }

    package static let stepsMax = 1_000
    static let deliveriesMax = 10

    package let steps: [Step]

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
            throw Self.error(file, key, "a flow has `description` and `steps`, not `\(key.string ?? "?")`")
        }
        guard list.count <= Self.stepsMax else {
            throw EmulatorError("\(file):1:1: a flow has at most \(Self.stepsMax) steps.")
        }
        var steps: [Step] = []
        for node in list { steps.append(try Self.step(node, file: file, events: events)) }
        self.steps = steps
    }

    private static func error(_ file: String, _ node: Node, _ message: String) -> EmulatorError {
        EmulatorError("\(file):\(node.mark?.line ?? 1):\(node.mark?.column ?? 1): \(message).")
    }

    private static func step(_ node: Node, file: String, events: String) throws(EmulatorError) -> Step {
        guard let mapping = node.mapping else { throw error(file, node, "a step is a mapping") }
        var keys = Set(mapping.compactMap { $0.key.string })
        func text(_ key: String) throws(EmulatorError) -> String? {
            keys.remove(key)
            guard let value = mapping[key] else { return nil }
            guard let text = value.scalar?.string else { throw error(file, value, "`\(key)` takes a text") }
            return text
        }
        func integer(_ key: String) throws(EmulatorError) -> Int? {
            guard let text = try text(key) else { return nil }
            guard let value = Int(text) else { throw error(file, node, "`\(key)` takes a whole number") }
            return value
        }
        let step: Step
        if let instant = try text("at") {
            guard let time = Timestamp(rfc3339: instant) else {
                throw error(file, node, "`at` takes an instant such as 2023-02-23T18:00:00.000Z")
            }
            step = .at(time)
        } else if let function = try text("invoke") {
            guard let event = try text("event") else { throw error(file, node, "`invoke` needs an `event` file") }
            keys.remove("set")
            var changes: [(path: String, value: JSONValue)] = []
            if let set = mapping["set"], set.mapping == nil {
                throw error(file, set, "`set` maps dotted paths to values")
            }
            for (key, value) in mapping["set"]?.mapping ?? [:] {
                guard let path = key.string else { throw error(file, key, "`set` takes dotted paths") }
                changes.append((path, json(value)))
            }
            step = .invoke(function: function, eventFile: "\(events)/\(event)", changes: changes)
        } else if let reference = try text("pay") {
            let deliveries = try integer("deliveries") ?? 1
            guard (1...deliveriesMax).contains(deliveries) else {
                throw error(file, node, "`deliveries` is 1 to \(deliveriesMax)")
            }
            let expiry = try text("expire") ?? "false"
            guard ["true", "false"].contains(expiry) else { throw error(file, node, "`expire` is true or false") }
            let outcome = StripeStandIn.Outcome.paid(amount: try integer("amount"), currency: try text("currency"))
            step = .pay(reference: reference, outcome: expiry == "true" ? .expired : outcome, deliveries: deliveries)
        } else {
            throw error(file, node, "a step is one of `at`, `invoke` and `pay`")
        }
        if let unknown = keys.sorted().first { throw error(file, node, "`\(unknown)` means nothing in this step") }
        return step
    }

    /// YAML as JSON, by the core schema: numbers, booleans and null only where they are plain scalars.
    private static func json(_ node: Node) -> JSONValue {
        switch node {
        case .mapping(let mapping):
            return .object(JSONObject(mapping.map { ($0.key.string ?? "", json($0.value)) }))
        case .sequence(let sequence):
            return .array(sequence.map(json))
        case .scalar(let scalar):
            guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
            switch scalar.string {
            case "true": return .bool(true)
            case "false": return .bool(false)
            case "null", "~", "": return .null
            default: return JSONNumber(text: scalar.string).map(JSONValue.number) ?? .string(scalar.string)
            }
        case .alias:
            return .null
        }
    }
}
