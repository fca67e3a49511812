/// Reads a value from a JSON text.
///
/// - Throws: ``JSONSyntaxError``, or the `DecodingError` that says where the text does not fit the type.
package func decodeJSON<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
    try decodeJSON(type, from: parseJSON(bytes))
}

/// Reads a value from a JSON value.
///
/// Missing members, null, and numbers are taken as Foundation's `JSONDecoder` takes them: a whole number is read from
/// any spelling of it (`1`, `1.0`, `1e0`), one that does not fit is `dataCorrupted`.
///
/// - Throws: `DecodingError`, or what the type's own `init(from:)` throws.
package func decodeJSON<Value: Decodable>(_ type: Value.Type, from value: JSONValue) throws -> Value {
    try JSONValueDecoder(value).unboxed(type)
}

/// One value on the way down. The decoders above it are its coding path, which is spelled out only for an error.
final class JSONValueDecoder: Decoder {
    let value: JSONValue
    private let parent: JSONValueDecoder?
    private let step: PathStep

    enum PathStep {
        case root
        case key(any CodingKey)
        case index(Int)
    }

    init(_ value: JSONValue, in parent: JSONValueDecoder? = nil, at step: PathStep = .root) {
        self.value = value
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

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(JSONMembersReader<Key>(self, try members()))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { JSONElementsReader(self, try elements()) }

    func singleValueContainer() -> any SingleValueDecodingContainer { JSONSingleReader(decoder: self) }

    func members() throws -> JSONObject {
        if case .object(let object) = value { return object }
        throw mismatch([String: JSONValue].self, value, at: .root)
    }

    func elements() throws -> [JSONValue] {
        if case .array(let elements) = value { return elements }
        throw mismatch([JSONValue].self, value, at: .root)
    }

    /// Reads the value as any decodable type.
    @inline(__always)
    func unboxed<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if let known = try scalar(type, value, at: .root) { return known }
        return try Value(from: self)
    }

    /// Reads a value below this one as any decodable type.
    @inline(__always)
    func unboxed<Value: Decodable>(_ type: Value.Type, _ value: JSONValue, at step: PathStep) throws -> Value {
        if let known = try scalar(type, value, at: step) { return known }
        return try Value(from: JSONValueDecoder(value, in: self, at: step))
    }

    /// Saves the types that a generic caller (an array, a dictionary) reads most a decoder of their own.
    @inline(__always)
    private func scalar<Value: Decodable>(_ type: Value.Type, _ value: JSONValue, at step: PathStep) throws -> Value? {
        if type == String.self { return unsafeBitCast(try string(value, at: step), to: type) }
        if type == Int.self { return unsafeBitCast(try whole(Int.self, value, at: step), to: type) }
        if type == Double.self { return unsafeBitCast(try double(value, at: step), to: type) }
        if type == Bool.self { return unsafeBitCast(try bool(value, at: step), to: type) }
        if type == JSONValue.self { return unsafeBitCast(value, to: type) }
        return nil
    }
}

// Reading scalars. Each takes the value and, for an error, where it lies below this decoder.
extension JSONValueDecoder {
    @inline(__always)
    func string(_ value: JSONValue, at step: PathStep) throws -> String {
        if case .string(let text) = value { return text }
        throw mismatch(String.self, value, at: step)
    }

    @inline(__always)
    func bool(_ value: JSONValue, at step: PathStep) throws -> Bool {
        if case .bool(let flag) = value { return flag }
        throw mismatch(Bool.self, value, at: step)
    }

    @inline(__always)
    func whole<Whole: FixedWidthInteger>(_ type: Whole.Type, _ value: JSONValue, at step: PathStep) throws -> Whole {
        guard case .number(let number) = value else { throw mismatch(type, value, at: step) }
        if let whole = number.whole(type) { return whole }
        throw corrupted("The number \(number.text) is no whole number that fits \(type).", at: step)
    }

    func double(_ value: JSONValue, at step: PathStep) throws -> Double {
        guard case .number(let number) = value else { throw mismatch(Double.self, value, at: step) }
        if let double = number.double { return double }
        throw corrupted("The number \(number.text) does not fit Double.", at: step)
    }

    func float(_ value: JSONValue, at step: PathStep) throws -> Float {
        guard case .number(let number) = value else { throw mismatch(Float.self, value, at: step) }
        if let float = number.float { return float }
        throw corrupted("The number \(number.text) does not fit Float.", at: step)
    }

    func path(_ step: PathStep) -> [any CodingKey] {
        JSONValueDecoder(value, in: self, at: step).codingPath
    }

    func mismatch(_ type: Any.Type, _ value: JSONValue, at step: PathStep) -> DecodingError {
        let context = DecodingError.Context(
            codingPath: path(step), debugDescription: "Expected \(type) but found \(value.kindName).")
        return value.isNull ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }

    func corrupted(_ reason: String, at step: PathStep) -> DecodingError {
        .dataCorrupted(DecodingError.Context(codingPath: path(step), debugDescription: reason))
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
