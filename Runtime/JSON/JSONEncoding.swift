/// Writes a value as JSON text.
///
/// - Throws: `EncodingError` for a number that is not finite and for a value that encodes nothing, or what the type's
///   own `encode(to:)` throws.
package func encodeJSON(_ value: some Encodable) throws -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(256)
    try JSONTree.root(value).write(into: &bytes)
    return bytes
}

/// Writes a value as a JSON value.
///
/// - Throws: as ``encodeJSON(_:)``.
package func encodeJSONValue(_ value: some Encodable) throws -> JSONValue { try JSONTree.root(value).value }

/// One value on the way up, an encoder and what was encoded with it. Nodes are shared by reference because nested
/// containers may be filled in any order. The nodes above are the coding path, spelled out only for an error.
final class JSONTree: Encoder {
    enum Content {
        case nothing
        case scalar(JSONValue)
        case array([Slot])
        case object([(key: String, slot: Slot)])
    }

    enum Slot {
        case scalar(JSONValue)
        case node(JSONTree)
    }

    enum PathStep {
        case root
        case key(any CodingKey)
        case index(Int)
    }

    var content = Content.nothing
    /// Not held: the node above holds this one, and lives as long as its value is being encoded.
    private unowned let parent: JSONTree?
    private let step: PathStep

    init(in parent: JSONTree? = nil, at step: PathStep = .root) {
        self.parent = parent
        self.step = step
    }

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    var codingPath: [any CodingKey] {
        let above = parent?.codingPath ?? []
        switch step {
        case .root: return above
        case .key(let key): return above + [key]
        case .index(let index): return above + [JSONIndexKey(index)]
        }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(JSONMembersWriter<Key>(self))
    }
    func unkeyedContainer() -> any UnkeyedEncodingContainer { JSONElementsWriter(self) }
    func singleValueContainer() -> any SingleValueEncodingContainer { JSONSingleWriter(node: self) }
}

// Filling nodes.
extension JSONTree {
    static func root(_ value: some Encodable) throws -> JSONTree {
        let tree = JSONTree()
        try tree.fill(value)
        guard case .nothing = tree.content else { return tree }
        throw EncodingError.invalidValue(
            value, EncodingError.Context(codingPath: [], debugDescription: "\(type(of: value)) encoded nothing."))
    }

    func fill<Value: Encodable>(_ value: Value) throws {
        if let scalar = try scalar(value, at: .root) { content = .scalar(scalar) } else { try value.encode(to: self) }
    }

    /// What stands for a value below this node.
    @inline(__always)
    func slot<Value: Encodable>(_ value: Value, at step: PathStep) throws -> Slot {
        if let scalar = try scalar(value, at: step) { return .scalar(scalar) }
        let node = JSONTree(in: self, at: step)
        try value.encode(to: node)
        return .node(node)
    }

    /// Saves the types that a generic caller (an array, a dictionary) writes most a node of their own.
    @inline(__always)
    private func scalar<Value: Encodable>(_ value: Value, at step: PathStep) throws -> JSONValue? {
        if Value.self == String.self { return .string(unsafeBitCast(value, to: String.self)) }
        if Value.self == Int.self { return .number(JSONNumber(unsafeBitCast(value, to: Int.self))) }
        if Value.self == Double.self { return try finite(unsafeBitCast(value, to: Double.self), at: step) }
        if Value.self == Bool.self { return .bool(unsafeBitCast(value, to: Bool.self)) }
        if Value.self == JSONValue.self { return unsafeBitCast(value, to: JSONValue.self) }
        return nil
    }

    func finite(_ value: Double, at step: PathStep) throws -> JSONValue {
        if let number = JSONNumber(value) { return .number(number) }
        throw notFinite(value, at: step)
    }

    func finite(_ value: Float, at step: PathStep) throws -> JSONValue {
        if let number = JSONNumber(value) { return .number(number) }
        throw notFinite(value, at: step)
    }

    private func notFinite(_ value: some FloatingPoint, at step: PathStep) -> EncodingError {
        .invalidValue(
            value,
            EncodingError.Context(
                codingPath: JSONTree(in: self, at: step).codingPath,
                debugDescription: "JSON has no number for \(value)."))
    }

    func startArray() {
        switch content {
        case .nothing: content = .array([])
        case .array: return
        case .scalar, .object: preconditionFailure("one value was encoded both as an array and as something else")
        }
    }

    func startObject() {
        switch content {
        case .nothing: content = .object([])
        case .object: return
        case .scalar, .array: preconditionFailure("one value was encoded both as an object and as something else")
        }
    }

    func append(_ slot: Slot) {
        guard case .array(var slots) = content else { preconditionFailure("the array was not started") }
        // Frees the node's own reference, so that the array grows in place.
        content = .nothing
        slots.append(slot)
        content = .array(slots)
    }

    /// A name encoded twice keeps its last value.
    func set(_ key: String, _ slot: Slot) {
        guard case .object(var slots) = content else { preconditionFailure("the object was not started") }
        content = .nothing
        slots.append((key, slot))
        content = .object(slots)
    }

    var elementCount: Int { if case .array(let slots) = content { slots.count } else { 0 } }
}

// Reading nodes. A nested value that encoded nothing is an empty object, as with Foundation's `JSONEncoder`.
extension JSONTree {
    var value: JSONValue {
        switch content {
        case .nothing: .object(JSONObject())
        case .scalar(let value): value
        case .array(let slots): .array(slots.map(\.value))
        case .object(let slots): .object(JSONObject(slots.map { ($0.key, $0.slot.value) }))
        }
    }

    func write(into bytes: inout [UInt8]) {
        value.write(into: &bytes)
    }
}

extension JSONTree.Slot {
    var value: JSONValue {
        switch self {
        case .scalar(let value): value
        case .node(let node): node.value
        }
    }
}
