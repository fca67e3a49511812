/// The members of an object as a keyed container.
struct JSONMembersWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
    private let node: JSONTree

    init(_ node: JSONTree) {
        self.node = node
        node.startObject()
    }

    var codingPath: [any CodingKey] { node.codingPath }

    func encodeNil(forKey key: Key) { node.set(key.stringValue, .scalar(.null)) }
    func encode(_ value: String, forKey key: Key) { node.set(key.stringValue, .scalar(.string(value))) }
    func encode(_ value: Bool, forKey key: Key) { node.set(key.stringValue, .scalar(.bool(value))) }
    func encode(_ value: Double, forKey key: Key) throws {
        node.set(key.stringValue, .scalar(try node.finite(value, at: .key(key))))
    }
    func encode(_ value: Float, forKey key: Key) throws {
        node.set(key.stringValue, .scalar(try node.finite(value, at: .key(key))))
    }
    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        node.set(key.stringValue, try node.slot(value, at: .key(key)))
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        nested(key).container(keyedBy: type)
    }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { nested(key).unkeyedContainer() }
    func superEncoder() -> any Encoder { nested(JSONSuperKey()) }
    func superEncoder(forKey key: Key) -> any Encoder { nested(key) }

    private func nested(_ key: some CodingKey) -> JSONTree {
        let child = JSONTree(in: node, at: .key(key))
        node.set(key.stringValue, .node(child))
        return child
    }
}

// Whole numbers of every width.
extension JSONMembersWriter {
    private func set(_ value: some FixedWidthInteger, _ key: Key) {
        node.set(key.stringValue, .scalar(.number(JSONNumber(value))))
    }

    func encode(_ value: Int, forKey key: Key) { set(value, key) }
    func encode(_ value: Int8, forKey key: Key) { set(value, key) }
    func encode(_ value: Int16, forKey key: Key) { set(value, key) }
    func encode(_ value: Int32, forKey key: Key) { set(value, key) }
    func encode(_ value: Int64, forKey key: Key) { set(value, key) }
    func encode(_ value: Int128, forKey key: Key) { set(value, key) }
    func encode(_ value: UInt, forKey key: Key) { set(value, key) }
    func encode(_ value: UInt8, forKey key: Key) { set(value, key) }
    func encode(_ value: UInt16, forKey key: Key) { set(value, key) }
    func encode(_ value: UInt32, forKey key: Key) { set(value, key) }
    func encode(_ value: UInt64, forKey key: Key) { set(value, key) }
    func encode(_ value: UInt128, forKey key: Key) { set(value, key) }
}
