/// The elements of an array as an unkeyed container.
struct JSONElementsWriter: UnkeyedEncodingContainer {
    private let node: JSONTree

    init(_ node: JSONTree) {
        self.node = node
        node.startArray()
    }

    var codingPath: [any CodingKey] { node.codingPath }
    var count: Int { node.elementCount }

    func encodeNil() { node.append(.scalar(.null)) }
    func encode(_ value: String) { node.append(.scalar(.string(value))) }
    func encode(_ value: Bool) { node.append(.scalar(.bool(value))) }
    func encode(_ value: Double) throws { node.append(.scalar(try node.finite(value, at: .index(count)))) }
    func encode(_ value: Float) throws { node.append(.scalar(try node.finite(value, at: .index(count)))) }
    func encode<Value: Encodable>(_ value: Value) throws { node.append(try node.slot(value, at: .index(count))) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        nested().container(keyedBy: type)
    }
    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { nested().unkeyedContainer() }
    func superEncoder() -> any Encoder { nested() }

    private func nested() -> JSONTree {
        let child = JSONTree(in: node, at: .index(count))
        node.append(.node(child))
        return child
    }
}

// Whole numbers of every width.
extension JSONElementsWriter {
    private func append(_ value: some FixedWidthInteger) { node.append(.scalar(.number(JSONNumber(value)))) }

    func encode(_ value: Int) { append(value) }
    func encode(_ value: Int8) { append(value) }
    func encode(_ value: Int16) { append(value) }
    func encode(_ value: Int32) { append(value) }
    func encode(_ value: Int64) { append(value) }
    func encode(_ value: Int128) { append(value) }
    func encode(_ value: UInt) { append(value) }
    func encode(_ value: UInt8) { append(value) }
    func encode(_ value: UInt16) { append(value) }
    func encode(_ value: UInt32) { append(value) }
    func encode(_ value: UInt64) { append(value) }
    func encode(_ value: UInt128) { append(value) }
}
