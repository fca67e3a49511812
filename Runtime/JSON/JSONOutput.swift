/// A JSON text in the making.
///
/// Values go straight into the text, for an encoder fills a container before it turns to the next. Where it need not
/// (a nested container or a super encoder that it asked for), the value gets an output of its own, which is put in
/// its place at the end.
final class JSONOutput {
    /// Behind a pointer, as each use of a class's own variable is checked for exclusive access, at the price of a
    /// lookup of the thread's record; together they cost as much as all the rest of the encoding.
    private let state: UnsafeMutablePointer<JSONOutputState>

    init(_ step: JSONPathStep = .root, in path: [any CodingKey] = []) {
        state = .allocate(capacity: 1)
        state.initialize(to: JSONOutputState(step, in: path))
    }

    deinit {
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// Where the due value stands in the container around it.
    var step: JSONPathStep { state.pointee.step }

    // MARK: Values

    func writeRoot<Value: Encodable>(_ value: Value) throws {
        if try writeScalar(value, at: .root) { return }
        try value.encode(to: JSONTextEncoder(output: self, depth: 0))
        guard state.pointee.isValueDue else { return }
        throw EncodingError.invalidValue(
            value, EncodingError.Context(codingPath: [], debugDescription: "\(Value.self) encoded nothing."))
    }

    /// Writes the due value in place of the encoder that stands for it.
    func write<Value: Encodable>(_ value: Value, at depth: Int) throws {
        if try writeScalar(value, at: state.pointee.step) { return }
        try value.encode(to: JSONTextEncoder(output: self, depth: depth))
    }

    /// Writes the value of a member or element; one that encodes nothing is an empty object, as with Foundation's
    /// `JSONEncoder`.
    @inline(__always)
    func writeNested<Value: Encodable>(_ value: Value, at step: @autoclosure () -> JSONPathStep) throws {
        if try writeScalar(value, at: step()) { return }
        let depth = state.pointee.depth
        state.pointee.step = step()
        try value.encode(to: JSONTextEncoder(output: self, depth: depth))
        state.pointee.finishValue(at: depth)
    }

    /// Writes the due value if it is of a type that arrays and dictionaries hold most, and saves it an encoder.
    @inline(__always)
    private func writeScalar<Value: Encodable>(
        _ value: Value, at step: @autoclosure () -> JSONPathStep
    ) throws -> Bool {
        if Value.self == String.self {
            write(unsafeBitCast(value, to: String.self))
        } else if Value.self == Int.self {
            write(whole: unsafeBitCast(value, to: Int.self))
        } else if Value.self == Double.self {
            try write(finite: unsafeBitCast(value, to: Double.self), at: step())
        } else if Value.self == Bool.self {
            write(unsafeBitCast(value, to: Bool.self))
        } else if Value.self == JSONValue.self {
            write(unsafeBitCast(value, to: JSONValue.self))
        } else {
            return false
        }
        return true
    }

    @inline(__always)
    func writeNull() {
        state.pointee.startScalar()
        state.pointee.text.append("null")
    }

    @inline(__always)
    func write(_ value: Bool) {
        state.pointee.startScalar()
        state.pointee.text.append(value ? "true" : "false")
    }

    @inline(__always)
    func write(_ value: String) {
        state.pointee.startScalar()
        state.pointee.text.appendQuoted(value)
    }

    func write(_ value: JSONValue) {
        state.pointee.startScalar()
        value.write(into: &state.pointee.text)
    }

    @inline(__always)
    func write(whole value: some FixedWidthInteger) {
        state.pointee.startScalar()
        state.pointee.text.append(whole: value)
    }

    @inline(__always)
    func write(finite value: Double, at step: @autoclosure () -> JSONPathStep) throws {
        guard let number = JSONNumber(value) else { throw notFinite(value, at: step()) }
        state.pointee.startScalar()
        state.pointee.text.append(number.text)
    }

    @inline(__always)
    func write(finite value: Float, at step: @autoclosure () -> JSONPathStep) throws {
        guard let number = JSONNumber(value) else { throw notFinite(value, at: step()) }
        state.pointee.startScalar()
        state.pointee.text.append(number.text)
    }

    private func notFinite(_ value: some FloatingPoint, at step: JSONPathStep) -> EncodingError {
        .invalidValue(
            value,
            EncodingError.Context(
                codingPath: state.pointee.openPath + step.keys, debugDescription: "JSON has no number for \(value)."))
    }

    // MARK: Containers

    func open(isObject: Bool, at depth: Int) { state.pointee.open(isObject: isObject, at: depth) }

    @inline(__always)
    func startElement(at depth: Int) { state.pointee.startItem(at: depth) }

    @inline(__always)
    func startMember(_ name: String, at depth: Int) { state.pointee.startMember(name, at: depth) }

    func elementCount(at depth: Int) -> Int { state.pointee.elementCount(at: depth) }

    /// An output for the due value, which may be written at any time.
    func detachValue(at step: JSONPathStep) -> JSONOutput {
        let output = JSONOutput(step, in: state.pointee.openPath)
        state.pointee.leaveHole(for: output)
        return output
    }

    /// The whole text.
    func finished() -> [UInt8] { state.pointee.finished() }

    func path(ofContainerAt depth: Int) -> [any CodingKey] { state.pointee.path(ofContainerAt: depth) }
    func path(ofValueAt depth: Int) -> [any CodingKey] { state.pointee.path(ofValueAt: depth) }
}
