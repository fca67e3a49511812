/// The members of an object as a keyed container.
struct JSONMembersWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let output: JSONOutput
    /// How many containers are open around the object.
    let depth: Int

    var codingPath: [any CodingKey] { output.path(ofContainerAt: depth) }

    @inline(__always)
    private func start(_ key: Key) { output.startMember(key.stringValue, at: depth) }

    func encodeNil(forKey key: Key) {
        start(key)
        output.writeNull()
    }
    func encode(_ value: String, forKey key: Key) {
        start(key)
        output.write(value)
    }
    func encode(_ value: Bool, forKey key: Key) {
        start(key)
        output.write(value)
    }
    func encode(_ value: Double, forKey key: Key) throws {
        start(key)
        try output.write(finite: value, at: .key(key))
    }
    func encode(_ value: Float, forKey key: Key) throws {
        start(key)
        try output.write(finite: value, at: .key(key))
    }
    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        start(key)
        try output.writeNested(value, at: .key(key))
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        detached(key).container(keyedBy: type)
    }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { detached(key).unkeyedContainer() }
    func superEncoder(forKey key: Key) -> any Encoder { detached(key) }
    func superEncoder() -> any Encoder {
        let key = JSONSuperKey()
        output.startMember(key.stringValue, at: depth)
        return JSONTextEncoder(output: output.detachValue(at: .key(key)), depth: 0)
    }

    private func detached(_ key: Key) -> JSONTextEncoder {
        start(key)
        return JSONTextEncoder(output: output.detachValue(at: .key(key)), depth: 0)
    }
}

// Whole numbers of every width.
extension JSONMembersWriter {
    @inline(__always)
    private func write(_ value: some FixedWidthInteger, _ key: Key) {
        start(key)
        output.write(whole: value)
    }

    func encode(_ value: Int, forKey key: Key) { write(value, key) }
    func encode(_ value: Int8, forKey key: Key) { write(value, key) }
    func encode(_ value: Int16, forKey key: Key) { write(value, key) }
    func encode(_ value: Int32, forKey key: Key) { write(value, key) }
    func encode(_ value: Int64, forKey key: Key) { write(value, key) }
    func encode(_ value: Int128, forKey key: Key) { write(value, key) }
    func encode(_ value: UInt, forKey key: Key) { write(value, key) }
    func encode(_ value: UInt8, forKey key: Key) { write(value, key) }
    func encode(_ value: UInt16, forKey key: Key) { write(value, key) }
    func encode(_ value: UInt32, forKey key: Key) { write(value, key) }
    func encode(_ value: UInt64, forKey key: Key) { write(value, key) }
    func encode(_ value: UInt128, forKey key: Key) { write(value, key) }
}
