/// The elements of an array as an unkeyed container.
struct JSONElementsWriter: UnkeyedEncodingContainer {
    let output: JSONOutput
    /// How many containers are open around the array.
    let depth: Int

    var codingPath: [any CodingKey] { output.path(ofContainerAt: depth) }
    var count: Int { output.elementCount(at: depth) }

    @inline(__always)
    private func start() { output.startElement(at: depth) }

    func encodeNil() {
        start()
        output.writeNull()
    }
    func encode(_ value: String) {
        start()
        output.write(value)
    }
    func encode(_ value: Bool) {
        start()
        output.write(value)
    }
    func encode(_ value: Double) throws {
        start()
        try output.write(finite: value, at: .index(count - 1))
    }
    func encode(_ value: Float) throws {
        start()
        try output.write(finite: value, at: .index(count - 1))
    }
    func encode<Value: Encodable>(_ value: Value) throws {
        start()
        try output.writeNested(value, at: .index(count - 1))
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        detached().container(keyedBy: type)
    }
    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { detached().unkeyedContainer() }
    func superEncoder() -> any Encoder { detached() }

    private func detached() -> JSONTextEncoder {
        start()
        return JSONTextEncoder(output: output.detachValue(at: .index(count - 1)), depth: 0)
    }
}

// Whole numbers of every width.
extension JSONElementsWriter {
    @inline(__always)
    private func write(_ value: some FixedWidthInteger) {
        start()
        output.write(whole: value)
    }

    func encode(_ value: Int) { write(value) }
    func encode(_ value: Int8) { write(value) }
    func encode(_ value: Int16) { write(value) }
    func encode(_ value: Int32) { write(value) }
    func encode(_ value: Int64) { write(value) }
    func encode(_ value: Int128) { write(value) }
    func encode(_ value: UInt) { write(value) }
    func encode(_ value: UInt8) { write(value) }
    func encode(_ value: UInt16) { write(value) }
    func encode(_ value: UInt32) { write(value) }
    func encode(_ value: UInt64) { write(value) }
    func encode(_ value: UInt128) { write(value) }
}
