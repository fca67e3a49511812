/// The elements of an array as an unkeyed container.
struct JSONElementsReader: UnkeyedDecodingContainer {
    private let decoder: JSONValueDecoder
    private let elements: UnsafeBufferPointer<JSONValue>
    private(set) var currentIndex = 0

    init(_ decoder: JSONValueDecoder, _ elements: UnsafeBufferPointer<JSONValue>) {
        self.decoder = decoder
        self.elements = elements
    }

    var codingPath: [any CodingKey] { decoder.codingPath }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex == elements.count }

    @inline(__always)
    private func current(_ type: Any.Type) throws -> JSONPlace {
        if currentIndex < elements.count { return elements.baseAddress! + currentIndex }
        throw DecodingError.valueNotFound(
            type,
            DecodingError.Context(
                codingPath: decoder.path(.index(currentIndex)), debugDescription: "The array has no more elements."))
    }

    /// Goes on to the next element once this one is read: an element that does not fit may be read as another type.
    @inline(__always)
    private mutating func read<Value>(_ value: Value) -> Value {
        currentIndex += 1
        return value
    }

    mutating func decodeNil() throws -> Bool {
        guard try current(Any?.self).pointee.isNull else { return false }
        currentIndex += 1
        return true
    }
    mutating func decode(_ type: String.Type) throws -> String {
        read(try decoder.string(current(type), at: .index(currentIndex)))
    }
    mutating func decode(_ type: Bool.Type) throws -> Bool {
        read(try decoder.bool(current(type), at: .index(currentIndex)))
    }
    mutating func decode(_ type: Double.Type) throws -> Double {
        read(try decoder.double(current(type), at: .index(currentIndex)))
    }
    mutating func decode(_ type: Float.Type) throws -> Float {
        read(try decoder.float(current(type), at: .index(currentIndex)))
    }
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        read(try decoder.unboxed(type, current(type), at: .index(currentIndex)))
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        read(try nested(KeyedDecodingContainer<Nested>.self).container(keyedBy: type))
    }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        read(try nested((any UnkeyedDecodingContainer).self).unkeyedContainer())
    }
    mutating func superDecoder() throws -> any Decoder {
        read(try nested((any Decoder).self))
    }

    private func nested(_ type: Any.Type) throws -> JSONValueDecoder {
        JSONValueDecoder(try current(type), in: decoder, at: .index(currentIndex))
    }
}

// Whole numbers of every width.
extension JSONElementsReader {
    mutating func decode(_ type: Int.Type) throws -> Int {
        read(try decoder.whole(type, current(type), at: .index(currentIndex)))
    }
    mutating func decode(_ type: Int8.Type) throws -> Int8 {
        read(try decoder.whole(type, current(type), at: .index(currentIndex)))
    }
    mutating func decode(_ type: Int16.Type) throws -> Int16 {
        read(try decoder.whole(type, current(type), at: .index(currentIndex)))
    }
    mutating func decode(_ type: Int32.Type) throws -> Int32 {
        read(try decoder.whole(type, current(type), at: .index(currentIndex)))
    }
    mutating func decode(_ type: Int64.Type) throws -> Int64 {
        read(try decoder.whole(type, current(type), at: .index(currentIndex)))
    }
    mutating func decode(_ type: Int128.Type) throws -> Int128 {
        read(try decoder.whole(type, current(type), at: .index(currentIndex)))
    }
    mutating func decode(_ type: UInt.Type) throws -> UInt {
        read(try decoder.whole(type, current(type), at: .index(currentIndex)))
    }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 {
        read(try decoder.whole(type, current(type), at: .index(currentIndex)))
    }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 {
        read(try decoder.whole(type, current(type), at: .index(currentIndex)))
    }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 {
        read(try decoder.whole(type, current(type), at: .index(currentIndex)))
    }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 {
        read(try decoder.whole(type, current(type), at: .index(currentIndex)))
    }
    mutating func decode(_ type: UInt128.Type) throws -> UInt128 {
        read(try decoder.whole(type, current(type), at: .index(currentIndex)))
    }
}
