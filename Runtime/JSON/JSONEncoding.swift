/// Writes a value as JSON text.
///
/// - Throws: `EncodingError` for a number that is not finite and for a value that encodes nothing, or what the type's
///   own `encode(to:)` throws.
package func encodeJSON(_ value: some Encodable) throws -> [UInt8] {
    let output = JSONOutput()
    try output.writeRoot(value)
    return output.finished()
}

/// Writes a value as a JSON value.
///
/// - Throws: as ``encodeJSON(_:)``.
package func encodeJSONValue(_ value: some Encodable) throws -> JSONValue {
    // What was written is JSON: only its depth could be refused.
    try parseJSON(encodeJSON(value), limits: JSONLimits(depthMax: JSONLimits.depthCeiling, bytesMax: .max))
}

/// The encoder of one value: the root or a member or element of an open container.
struct JSONTextEncoder: Encoder {
    let output: JSONOutput
    /// How many containers are open around the value.
    let depth: Int

    var codingPath: [any CodingKey] { output.path(ofValueAt: depth) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        output.open(isObject: true, at: depth)
        return KeyedEncodingContainer(JSONMembersWriter<Key>(output: output, depth: depth))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        output.open(isObject: false, at: depth)
        return JSONElementsWriter(output: output, depth: depth)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { JSONSingleWriter(output: output, depth: depth) }
}

/// Where a value stands in the container around it.
enum JSONPathStep {
    case root
    case key(any CodingKey)
    case index(Int)

    var keys: [any CodingKey] {
        switch self {
        case .root: []
        case .key(let key): [key]
        case .index(let index): [JSONIndexKey(index)]
        }
    }
}

/// A place in an array as a coding key.
struct JSONIndexKey: CodingKey {
    let index: Int
    init(_ index: Int) { self.index = index }
    init?(intValue: Int) { index = intValue }
    init?(stringValue: String) { nil }
    var intValue: Int? { index }
    var stringValue: String { "Index \(index)" }
}

/// The member that `superDecoder()` and `superEncoder()` use.
struct JSONSuperKey: CodingKey {
    init() {}
    init?(intValue: Int) { nil }
    init?(stringValue: String) { nil }
    var intValue: Int? { nil }
    var stringValue: String { "super" }
}
