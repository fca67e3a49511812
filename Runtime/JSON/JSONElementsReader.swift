/// The elements of an array as an unkeyed container.
struct JSONElementsReader: UnkeyedDecodingContainer {
    private let decoder: JSONValueDecoder
    private let elements: [JSONValue]
    private(set) var currentIndex = 0

    init(_ decoder: JSONValueDecoder, _ elements: [JSONValue]) {
        self.decoder = decoder
        self.elements = elements
    }

    var codingPath: [any CodingKey] { decoder.codingPath }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex == elements.count }

    @inline(__always)
    private func current(_ type: Any.Type) throws -> JSONValue {
        if currentIndex < elements.count { return elements[currentIndex] }
        throw DecodingError.valueNotFound(
            type,
            DecodingError.Context(
                codingPath: decoder.path(.index(currentIndex)), debugDescription: "The array has no more elements."))
    }

    /// Goes on to the next element once this one is read: an element that does not fit may be read as another type.
    @inline(__always)
    private mutating func next<Value>(
        _ type: Value.Type, _ read: (JSONValueDecoder, JSONValue, JSONValueDecoder.PathStep) throws -> Value
    ) throws -> Value {
        let value = try read(decoder, try current(type), .index(currentIndex))
        currentIndex += 1
        return value
    }

    mutating func decodeNil() throws -> Bool {
        guard try current(Any?.self).isNull else { return false }
        currentIndex += 1
        return true
    }
    mutating func decode(_ type: String.Type) throws -> String { try next(type) { try $0.string($1, at: $2) } }
    mutating func decode(_ type: Bool.Type) throws -> Bool { try next(type) { try $0.bool($1, at: $2) } }
    mutating func decode(_ type: Double.Type) throws -> Double { try next(type) { try $0.double($1, at: $2) } }
    mutating func decode(_ type: Float.Type) throws -> Float { try next(type) { try $0.float($1, at: $2) } }
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try next(type) { try $0.unboxed(type, $1, at: $2) }
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try next(KeyedDecodingContainer<Nested>.self) {
            try JSONValueDecoder($1, in: $0, at: $2).container(keyedBy: type)
        }
    }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try next((any UnkeyedDecodingContainer).self) {
            try JSONValueDecoder($1, in: $0, at: $2).unkeyedContainer()
        }
    }
    mutating func superDecoder() throws -> any Decoder {
        try next((any Decoder).self) { JSONValueDecoder($1, in: $0, at: $2) }
    }
}

// Whole numbers of every width.
extension JSONElementsReader {
    mutating func decode(_ type: Int.Type) throws -> Int { try next(type) { try $0.whole(type, $1, at: $2) } }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try next(type) { try $0.whole(type, $1, at: $2) } }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try next(type) { try $0.whole(type, $1, at: $2) } }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try next(type) { try $0.whole(type, $1, at: $2) } }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try next(type) { try $0.whole(type, $1, at: $2) } }
    mutating func decode(_ type: Int128.Type) throws -> Int128 { try next(type) { try $0.whole(type, $1, at: $2) } }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try next(type) { try $0.whole(type, $1, at: $2) } }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try next(type) { try $0.whole(type, $1, at: $2) } }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try next(type) { try $0.whole(type, $1, at: $2) } }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try next(type) { try $0.whole(type, $1, at: $2) } }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try next(type) { try $0.whole(type, $1, at: $2) } }
    mutating func decode(_ type: UInt128.Type) throws -> UInt128 { try next(type) { try $0.whole(type, $1, at: $2) } }
}
