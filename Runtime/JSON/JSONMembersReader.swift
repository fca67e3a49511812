/// The members of an object as a keyed container.
struct JSONMembersReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
    /// Holds the members: a container that is no more than a reference is cheap to copy, which the standard library
    /// does at each call.
    let decoder: JSONValueDecoder

    var codingPath: [any CodingKey] { decoder.codingPath }
    var allKeys: [Key] { decoder.members.compactMap { Key(stringValue: $0.key) } }

    func contains(_ key: Key) -> Bool { decoder.member(key.stringValue) != nil }

    @inline(__always)
    private func member(_ key: Key) throws -> JSONPlace {
        if let value = decoder.member(key.stringValue) { return value }
        throw DecodingError.keyNotFound(
            key,
            DecodingError.Context(
                codingPath: codingPath, debugDescription: "No member named \"\(key.stringValue)\"."))
    }

    /// Nil if there is no member of that name or it is null.
    @inline(__always)
    private func present(_ key: Key) -> JSONPlace? {
        guard let value = decoder.member(key.stringValue), !value.pointee.isNull else { return nil }
        return value
    }

    func decodeNil(forKey key: Key) throws -> Bool { try member(key).pointee.isNull }
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
    func superDecoder() -> any Decoder { superDecoder(JSONSuperKey()) }
    func superDecoder(forKey key: Key) -> any Decoder { superDecoder(key) }
    private func superDecoder(_ key: some CodingKey) -> any Decoder {
        decoder.member(key.stringValue).map { JSONValueDecoder($0, in: decoder, at: .key(key)) }
            ?? JSONValueDecoder(null: key, in: decoder)
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
