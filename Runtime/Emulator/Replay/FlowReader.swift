import JSON
import Time
import Yams

/// Reads one step of a flow's YAML; what a step does not know is an error with its place.
struct FlowReader {
    static let deliveriesMax = 10

    private let file: String
    private let events: String
    private let node: Node
    private let mapping: Node.Mapping
    private var keys: Set<String>

    /// - Parameter events: the folder that files are named relative to.
    static func step(_ node: Node, file: String, events: String) throws(EmulatorError) -> FlowStep {
        var reader = try FlowReader(node, file: file, events: events)
        let step = try reader.step()
        if let unknown = reader.keys.sorted().first {
            throw error(file, node, "`\(unknown)` means nothing in this step")
        }
        return step
    }

    private init(_ node: Node, file: String, events: String) throws(EmulatorError) {
        guard let mapping = node.mapping else { throw Self.error(file, node, "a step is a mapping") }
        self.file = file
        self.events = events
        self.node = node
        self.mapping = mapping
        keys = Set(mapping.compactMap { $0.key.string })
    }

    static func error(_ file: String, _ node: Node, _ message: String) -> EmulatorError {
        EmulatorError("\(file):\(node.mark?.line ?? 1):\(node.mark?.column ?? 1): \(message).")
    }

    private func error(_ message: String) -> EmulatorError { Self.error(file, node, message) }

    private mutating func step() throws(EmulatorError) -> FlowStep {
        if let instant = try text("at") {
            guard let time = Timestamp(rfc3339: instant) else {
                throw error("`at` takes an instant such as 2023-02-23T18:00:00.000Z")
            }
            return .at(time)
        }
        if let duration = try text("advance") {
            guard let duration = Duration(units: duration) else { throw error("`advance` takes a time such as 45m") }
            return .advance(duration)
        }
        if let function = try text("invoke") { return try invocation(of: function) }
        if let reference = try text("pay") { return try payment(for: reference) }
        if let reference = try text("refund") {
            return .refund(
                reference: reference, provider: try provider(), amount: try integer("amount"),
                deliveries: try deliveries())
        }
        if let reference = try text("dispute") {
            return .dispute(
                reference: reference, amount: try integer("amount"), isWon: try flag("won"),
                deliveries: try deliveries())
        }
        if let name = try text("outage") { return .outage(provider: try provider(name), isOver: try flag("over")) }
        if let target = try text("request") { return .request(try request(target)) }
        if let who = keys.remove("connect").flatMap({ mapping[$0] }) { return try connection(who) }
        if let name = try text("send") {
            guard let message = value("message") else { throw error("`send` needs a `message`") }
            return .send(name: name, message: message)
        }
        if let name = try text("disconnect") { return .disconnect(name: name) }
        if let address = try text("upload") {
            guard let name = try text("file") else { throw error("`upload` needs a `file`") }
            return .upload(FlowUpload(address: address, file: "\(events)/\(name)", headers: try texts("headers")))
        }
        if let address = try text("download") { return .download(address: address) }
        if let list = keys.remove("anyOrder").flatMap({ mapping[$0] }) { return .anyOrder(try steps(list)) }
        throw error(
            "a step is one of `at`, `advance`, `invoke`, `pay`, `refund`, `dispute`, `outage`, `request`, `connect`, "
                + "`send`, `disconnect`, `upload`, `download` and `anyOrder`")
    }

    private mutating func invocation(of function: String) throws(EmulatorError) -> FlowStep {
        guard let event = try text("event") else { throw error("`invoke` needs an `event` file") }
        return .invoke(
            function: function, eventFile: "\(events)/\(event)",
            changes: try members("set").map { (path: $0.name, value: Self.json($0.node)) })
    }

    private mutating func payment(for reference: String) throws(EmulatorError) -> FlowStep {
        var outcome = CheckoutOutcome.paid(amount: try integer("amount"), currency: try text("currency"))
        if try flag("expire") { outcome = .expired }
        if try flag("decline") { outcome = .declined }
        return .pay(
            reference: reference, provider: try provider(), outcome: outcome, deliveries: try deliveries())
    }

    private mutating func flag(_ name: String) throws(EmulatorError) -> Bool {
        let value = try text(name) ?? "false"
        guard ["true", "false"].contains(value) else { throw error("`\(name)` is true or false") }
        return value == "true"
    }

    private mutating func deliveries() throws(EmulatorError) -> Int {
        let deliveries = try integer("deliveries") ?? 1
        guard (1...Self.deliveriesMax).contains(deliveries) else {
            throw error("`deliveries` is 1 to \(Self.deliveriesMax)")
        }
        return deliveries
    }

    private mutating func provider() throws(EmulatorError) -> PaymentStandIns.Provider {
        try provider(try text("provider") ?? "stripe")
    }

    private func provider(_ name: String) throws(EmulatorError) -> PaymentStandIns.Provider {
        guard let provider = PaymentStandIns.Provider(rawValue: name) else {
            throw error("a provider is stripe or paypal")
        }
        return provider
    }

    private mutating func request(_ target: String) throws(EmulatorError) -> FlowRequest {
        let parts = target.split(separator: " ")
        guard parts.count == 2, parts[1].hasPrefix("/") else {
            throw error("`request` takes a method and a path, such as POST /votings")
        }
        return FlowRequest(
            method: String(parts[0]), path: String(parts[1]), user: try text("user"), headers: try texts("headers"),
            body: value("body"), saves: try texts("save").map { (name: $0.name, path: $0.value) })
    }

    private func connection(_ who: Node) throws(EmulatorError) -> FlowStep {
        guard let name = who["as"]?.string, let members = who.mapping,
            members.allSatisfy({ ["user", "as"].contains($0.key.string) })
        else { throw Self.error(file, who, "`connect` takes the `user` and a name for the connection, `as`") }
        return .connect(user: who["user"]?.string, name: name)
    }

    private func steps(_ list: Node) throws(EmulatorError) -> [FlowStep] {
        guard let nodes = list.sequence else { throw Self.error(file, list, "`anyOrder` takes a list of steps") }
        var steps: [FlowStep] = []
        for node in nodes { steps.append(try Self.step(node, file: file, events: events)) }
        return steps
    }

    // MARK: Values

    private mutating func text(_ key: String) throws(EmulatorError) -> String? {
        keys.remove(key)
        guard let value = mapping[key] else { return nil }
        guard let text = value.scalar?.string else { throw Self.error(file, value, "`\(key)` takes a text") }
        return text
    }

    private mutating func integer(_ key: String) throws(EmulatorError) -> Int? {
        guard let text = try text(key) else { return nil }
        guard let value = Int(text) else { throw error("`\(key)` takes a whole number") }
        return value
    }

    private mutating func value(_ key: String) -> JSONValue? {
        keys.remove(key)
        return mapping[key].map(Self.json)
    }

    private mutating func members(_ key: String) throws(EmulatorError) -> [(name: String, node: Node)] {
        keys.remove(key)
        guard let value = mapping[key] else { return [] }
        guard let members = value.mapping else {
            throw Self.error(file, value, "`\(key)` maps \(key == "set" ? "dotted paths" : "names") to values")
        }
        var pairs: [(name: String, node: Node)] = []
        for (name, member) in members {
            guard let name = name.string else {
                throw Self.error(file, name, "`\(key)` takes \(key == "set" ? "dotted paths" : "names")")
            }
            pairs.append((name, member))
        }
        return pairs
    }

    private mutating func texts(_ key: String) throws(EmulatorError) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for (name, member) in try members(key) {
            guard let text = member.scalar?.string else { throw Self.error(file, member, "`\(name)` takes a text") }
            pairs.append((name, text))
        }
        return pairs
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
