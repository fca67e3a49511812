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

/// Where a value lies in the tree that is being read.
///
/// Copying values, objects and arrays on the way down would take as long as all the rest, for each copy counts a
/// reference. The tree does not change and lives as long as its root decoder, which every decoder below holds on to
/// by its parents; so its arrays stay where they are.
typealias JSONPlace = UnsafePointer<JSONValue>

/// One value on the way down. The decoders above it are its coding path, which is spelled out only for an error.
final class JSONValueDecoder: Decoder {
    let place: JSONPlace
    private let parent: JSONValueDecoder?
    private let step: JSONPathStep
    /// Those of the value, once it is read as a keyed container.
    private(set) var members = UnsafeBufferPointer<JSONObject.Member>(start: nil, count: 0)
    /// Where the next name is expected: types are mostly read in the order they were written.
    private var expected = 0

    /// Whether the value is this decoder's own rather than a part of the tree.
    private let ownsValue: Bool

    /// The root decoder.
    convenience init(_ value: JSONValue) { self.init(owning: value, in: nil, at: .root) }

    /// For a member that is missing.
    convenience init(null key: some CodingKey, in parent: JSONValueDecoder) {
        self.init(owning: .null, in: parent, at: .key(key))
    }

    private init(owning value: JSONValue, in parent: JSONValueDecoder?, at step: JSONPathStep) {
        let place = UnsafeMutablePointer<JSONValue>.allocate(capacity: 1)
        place.initialize(to: value)
        self.place = JSONPlace(place)
        self.parent = parent
        self.step = step
        ownsValue = true
    }

    init(_ place: JSONPlace, in parent: JSONValueDecoder, at step: JSONPathStep) {
        self.place = place
        self.parent = parent
        self.step = step
        ownsValue = false
    }

    deinit {
        guard ownsValue else { return }
        let own = UnsafeMutablePointer(mutating: place)
        own.deinitialize(count: 1)
        own.deallocate()
    }

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    var codingPath: [any CodingKey] { (parent?.codingPath ?? []) + step.keys }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let object) = place.pointee else {
            throw mismatch([String: JSONValue].self, place, at: .root)
        }
        members = object.storage.withUnsafeBufferPointer { $0 }
        return KeyedDecodingContainer(JSONMembersReader<Key>(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let elements) = place.pointee else { throw mismatch([JSONValue].self, place, at: .root) }
        return JSONElementsReader(self, elements.withUnsafeBufferPointer { $0 })
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { JSONSingleReader(decoder: self) }

    /// The value of the member of that name.
    @inline(__always)
    func member(_ name: String) -> JSONPlace? {
        let hint = expected
        if hint < members.count, members[hint].key.hasSameBytes(as: name) {
            expected = hint &+ 1
            return memberPlace(hint)
        }
        return unexpectedMember(name)
    }

    private func unexpectedMember(_ name: String) -> JSONPlace? {
        guard case .object(let object) = place.pointee, let position = object.position(of: name) else { return nil }
        expected = position + 1
        return memberPlace(position)
    }

    @inline(__always)
    private func memberPlace(_ position: Int) -> JSONPlace {
        UnsafeRawPointer(members.baseAddress! + position).advanced(by: Self.valueOffset)
            .assumingMemoryBound(to: JSONValue.self)
    }

    private static let valueOffset = MemoryLayout<JSONObject.Member>.offset(of: \.value)!

    /// Reads the value as any decodable type.
    @inline(__always)
    func unboxed<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if let known = try scalar(type, place, at: .root) { return known }
        return try Value(from: self)
    }

    /// Reads a value below this one as any decodable type.
    @inline(__always)
    func unboxed<Value: Decodable>(
        _ type: Value.Type, _ place: JSONPlace, at step: @autoclosure () -> JSONPathStep
    ) throws -> Value {
        if let known = try scalar(type, place, at: step()) { return known }
        return try Value(from: JSONValueDecoder(place, in: self, at: step()))
    }

    /// Saves the types that a generic caller (an array, a dictionary) reads most a decoder of their own.
    @inline(__always)
    private func scalar<Value: Decodable>(
        _ type: Value.Type, _ place: JSONPlace, at step: @autoclosure () -> JSONPathStep
    ) throws -> Value? {
        if type == String.self { return unsafeBitCast(try string(place, at: step()), to: type) }
        if type == Int.self { return unsafeBitCast(try whole(Int.self, place, at: step()), to: type) }
        if type == Double.self { return unsafeBitCast(try double(place, at: step()), to: type) }
        if type == Bool.self { return unsafeBitCast(try bool(place, at: step()), to: type) }
        if type == JSONValue.self { return unsafeBitCast(place.pointee, to: type) }
        return nil
    }
}

// Reading scalars. Each takes the value and, for an error, where it lies below this decoder.
extension JSONValueDecoder {
    @inline(__always)
    func string(_ place: JSONPlace, at step: @autoclosure () -> JSONPathStep) throws -> String {
        if case .string(let text) = place.pointee { return text }
        throw mismatch(String.self, place, at: step())
    }

    @inline(__always)
    func bool(_ place: JSONPlace, at step: @autoclosure () -> JSONPathStep) throws -> Bool {
        if case .bool(let flag) = place.pointee { return flag }
        throw mismatch(Bool.self, place, at: step())
    }

    @inline(__always)
    func whole<Whole: FixedWidthInteger>(
        _ type: Whole.Type, _ place: JSONPlace, at step: @autoclosure () -> JSONPathStep
    ) throws -> Whole {
        guard case .number(let number) = place.pointee else { throw mismatch(type, place, at: step()) }
        if let whole = number.whole(type) { return whole }
        throw corrupted("The number \(number.text) is no whole number that fits \(type).", at: step())
    }

    @inline(__always)
    func double(_ place: JSONPlace, at step: @autoclosure () -> JSONPathStep) throws -> Double {
        guard case .number(let number) = place.pointee else { throw mismatch(Double.self, place, at: step()) }
        if let double = number.double { return double }
        throw corrupted("The number \(number.text) does not fit Double.", at: step())
    }

    @inline(__always)
    func float(_ place: JSONPlace, at step: @autoclosure () -> JSONPathStep) throws -> Float {
        guard case .number(let number) = place.pointee else { throw mismatch(Float.self, place, at: step()) }
        if let float = number.float { return float }
        throw corrupted("The number \(number.text) does not fit Float.", at: step())
    }

    func path(_ step: JSONPathStep) -> [any CodingKey] {
        codingPath + step.keys
    }

    func mismatch(_ type: Any.Type, _ place: JSONPlace, at step: JSONPathStep) -> DecodingError {
        let value = place.pointee
        let context = DecodingError.Context(
            codingPath: path(step), debugDescription: "Expected \(type) but found \(value.kindName).")
        return value.isNull ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }

    func corrupted(_ reason: String, at step: JSONPathStep) -> DecodingError {
        .dataCorrupted(DecodingError.Context(codingPath: path(step), debugDescription: reason))
    }
}
