/// One value as a single value container.
struct JSONSingleWriter: SingleValueEncodingContainer {
    let node: JSONTree

    var codingPath: [any CodingKey] { node.codingPath }

    private func set(_ value: JSONValue) {
        guard case .nothing = node.content else { preconditionFailure("one value was encoded twice") }
        node.content = .scalar(value)
    }

    func encodeNil() { set(.null) }
    func encode(_ value: String) { set(.string(value)) }
    func encode(_ value: Bool) { set(.bool(value)) }
    func encode(_ value: Double) throws { set(try node.finite(value, at: .root)) }
    func encode(_ value: Float) throws { set(try node.finite(value, at: .root)) }
    func encode<Value: Encodable>(_ value: Value) throws { try node.fill(value) }
}

// Whole numbers of every width.
extension JSONSingleWriter {
    func encode(_ value: Int) { set(.number(JSONNumber(value))) }
    func encode(_ value: Int8) { set(.number(JSONNumber(value))) }
    func encode(_ value: Int16) { set(.number(JSONNumber(value))) }
    func encode(_ value: Int32) { set(.number(JSONNumber(value))) }
    func encode(_ value: Int64) { set(.number(JSONNumber(value))) }
    func encode(_ value: Int128) { set(.number(JSONNumber(value))) }
    func encode(_ value: UInt) { set(.number(JSONNumber(value))) }
    func encode(_ value: UInt8) { set(.number(JSONNumber(value))) }
    func encode(_ value: UInt16) { set(.number(JSONNumber(value))) }
    func encode(_ value: UInt32) { set(.number(JSONNumber(value))) }
    func encode(_ value: UInt64) { set(.number(JSONNumber(value))) }
    func encode(_ value: UInt128) { set(.number(JSONNumber(value))) }
}
