/// The members of an object as a keyed container.
struct JSONMembersReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let decoder: JSONValueDecoder
    private let members: JSONObject
    /// Where the next name is expected: types are mostly read in the order they were written.
    private let expected: Cursor

    private final class Cursor {
        var position = 0
    }

    init(_ decoder: JSONValueDecoder, _ members: JSONObject) {
        self.decoder = decoder
        self.members = members
        expected = Cursor()
    }

    var codingPath: [any CodingKey] { decoder.codingPath }
    var allKeys: [Key] { members.storage.compactMap { Key(stringValue: $0.key) } }

    func contains(_ key: Key) -> Bool { find(key.stringValue) != nil }

    @inline(__always)
    private func find(_ name: String) -> JSONValue? {
        guard let position = members.position(of: name, hint: expected.position) else { return nil }
        expected.position = position + 1
        return members.storage[position].value
    }

    @inline(__always)
    private func member(_ key: Key) throws -> JSONValue {
        if let value = find(key.stringValue) { return value }
        throw DecodingError.keyNotFound(
            key,
            DecodingError.Context(
                codingPath: codingPath, debugDescription: "No member named \"\(key.stringValue)\"."))
    }

    /// Nil if there is no member of that name or it is null.
    @inline(__always)
    private func present(_ key: Key) -> JSONValue? {
        guard let value = find(key.stringValue), !value.isNull else { return nil }
        return value
    }

    func decodeNil(forKey key: Key) throws -> Bool { try member(key).isNull }
    func decode(_ type: String.Type, forKey key: Key) throws -> String {
        try decoder.string(try member(key), at: .key(key))
    }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try decoder.bool(try member(key), at: .key(key)) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
        try decoder.double(try member(key), at: .key(key))
    }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
        try decoder.float(try member(key), at: .key(key))
    }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try decoder.unboxed(type, try member(key), at: .key(key))
    }

    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        try present(key).map { try decoder.string($0, at: .key(key)) }
    }
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
        try present(key).map { try decoder.bool($0, at: .key(key)) }
    }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
        try present(key).map { try decoder.whole(type, $0, at: .key(key)) }
    }
    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        try present(key).map { try decoder.unboxed(type, $0, at: .key(key)) }
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try nested(key).container(keyedBy: type)
    }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try nested(key).unkeyedContainer()
    }
    private func nested(_ key: Key) throws -> JSONValueDecoder {
        JSONValueDecoder(try member(key), in: decoder, at: .key(key))
    }

    /// A missing member reads as null, as with Foundation's `JSONDecoder`.
    func superDecoder() -> any Decoder {
        let key = JSONSuperKey()
        return JSONValueDecoder(find(key.stringValue) ?? .null, in: decoder, at: .key(key))
    }
    func superDecoder(forKey key: Key) -> any Decoder {
        JSONValueDecoder(find(key.stringValue) ?? .null, in: decoder, at: .key(key))
    }
}

// Whole numbers of every width.
extension JSONMembersReader {
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int {
        try decoder.whole(type, try member(key), at: .key(key))
    }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 {
        try decoder.whole(type, try member(key), at: .key(key))
    }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 {
        try decoder.whole(type, try member(key), at: .key(key))
    }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 {
        try decoder.whole(type, try member(key), at: .key(key))
    }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 {
        try decoder.whole(type, try member(key), at: .key(key))
    }
    func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 {
        try decoder.whole(type, try member(key), at: .key(key))
    }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt {
        try decoder.whole(type, try member(key), at: .key(key))
    }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 {
        try decoder.whole(type, try member(key), at: .key(key))
    }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 {
        try decoder.whole(type, try member(key), at: .key(key))
    }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 {
        try decoder.whole(type, try member(key), at: .key(key))
    }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 {
        try decoder.whole(type, try member(key), at: .key(key))
    }
    func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 {
        try decoder.whole(type, try member(key), at: .key(key))
    }
}
