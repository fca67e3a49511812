/// One value as a single value container.
struct JSONSingleWriter: SingleValueEncodingContainer {
    let output: JSONOutput
    let depth: Int

    var codingPath: [any CodingKey] { output.path(ofValueAt: depth) }

    func encodeNil() { output.writeNull() }
    func encode(_ value: String) { output.write(value) }
    func encode(_ value: Bool) { output.write(value) }
    func encode(_ value: Double) throws { try output.write(finite: value, at: output.step) }
    func encode(_ value: Float) throws { try output.write(finite: value, at: output.step) }
    func encode<Value: Encodable>(_ value: Value) throws { try output.write(value, at: depth) }
}

// Whole numbers of every width.
extension JSONSingleWriter {
    func encode(_ value: Int) { output.write(whole: value) }
    func encode(_ value: Int8) { output.write(whole: value) }
    func encode(_ value: Int16) { output.write(whole: value) }
    func encode(_ value: Int32) { output.write(whole: value) }
    func encode(_ value: Int64) { output.write(whole: value) }
    func encode(_ value: Int128) { output.write(whole: value) }
    func encode(_ value: UInt) { output.write(whole: value) }
    func encode(_ value: UInt8) { output.write(whole: value) }
    func encode(_ value: UInt16) { output.write(whole: value) }
    func encode(_ value: UInt32) { output.write(whole: value) }
    func encode(_ value: UInt64) { output.write(whole: value) }
    func encode(_ value: UInt128) { output.write(whole: value) }
}
