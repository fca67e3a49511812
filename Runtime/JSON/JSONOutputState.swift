/// What a ``JSONOutput`` holds.
struct JSONOutputState: ~Copyable {
    var text = JSONByteBuffer()
    /// A value is due at the end of the text.
    private(set) var isValueDue = true
    /// Where the due value, or the last one that was no scalar, stands in the container around it.
    var step: JSONPathStep
    /// How many containers are open.
    private(set) var depth = 0
    /// The innermost open container, and those around it, outermost first.
    private var top = Frame()
    private var outer: [Frame] = []
    /// Where the names of the members of all open objects stand in the text, quotes left out.
    private var names: [Range<Int>] = []
    /// Values written elsewhere and where they belong, in the order of the text.
    private var holes: [(offset: Int, output: JSONOutput)] = []
    /// The coding path of the container around the root.
    private let outerPath: [any CodingKey]

    private struct Frame {
        var isObject = false
        var step = JSONPathStep.root
        var count = 0
        /// In `names`.
        var firstName = 0
        var filter: UInt64 = 0
        var exactNames: Set<[UInt8]>?
    }

    init(_ step: JSONPathStep, in path: [any CodingKey]) {
        self.step = step
        outerPath = path
    }

    // MARK: Values

    @inline(__always)
    mutating func startScalar() {
        precondition(isValueDue, "one value was encoded twice")
        isValueDue = false
    }

    /// Closes what the value of a member or element left open.
    mutating func finishValue(at depth: Int) {
        if isValueDue {
            text.append("{}")
            isValueDue = false
        }
        closeFrames(to: depth)
    }

    // MARK: Containers

    /// Opens the due value as a container; one that is open already is taken up again.
    mutating func open(isObject: Bool, at depth: Int) {
        guard isValueDue else {
            precondition(
                self.depth == depth + 1 && top.isObject == isObject,
                "one value was encoded as an object or array and as something else")
            return
        }
        isValueDue = false
        text.append(UInt8(ascii: isObject ? "{" : "["))
        if self.depth > 0 { outer.append(top) }
        self.depth += 1
        top = Frame(isObject: isObject, step: step, firstName: names.count)
    }

    private mutating func closeFrames(to depth: Int) {
        while self.depth > depth {
            text.append(UInt8(ascii: top.isObject ? "}" : "]"))
            names.removeLast(names.count - top.firstName)
            self.depth -= 1
            if let frame = outer.popLast() { top = frame }
        }
    }

    func elementCount(at depth: Int) -> Int { self.depth == depth + 1 ? top.count : outer[depth].count }

    /// Makes the next element or member of the container at `depth` due.
    @inline(__always)
    mutating func startItem(at depth: Int) {
        precondition(self.depth == depth + 1 && !isValueDue, "a container was used after another took its place")
        if top.count > 0 { text.append(UInt8(ascii: ",")) }
        top.count += 1
        isValueDue = true
    }

    /// Writes a member's name and makes its value due. A name written twice keeps its last value.
    @inline(__always)
    mutating func startMember(_ name: String, at depth: Int) {
        startItem(at: depth)
        let start = text.count + 1
        text.appendQuoted(name)
        let range = start..<text.count - 1
        text.append(UInt8(ascii: ":"))
        if mayBeRepeated(range) { removeEarlier(range) } else { names.append(range) }
    }

    /// A quick test: false for most names that are new. Past a few members a filter of 64 bits says nothing, and a set
    /// takes its place.
    @inline(__always)
    private mutating func mayBeRepeated(_ name: Range<Int>) -> Bool {
        guard top.count <= JSONObject.scannedMembersMax else { return isAmongExactNames(name) }
        let bit: UInt64 = 1 << UInt64(truncatingIfNeeded: text.digest(name) & 63)
        let isSet = top.filter & bit != 0
        top.filter |= bit
        return isSet
    }

    private mutating func isAmongExactNames(_ name: Range<Int>) -> Bool {
        if top.exactNames == nil {
            var exact: Set<[UInt8]> = []
            for range in names[top.firstName...] { exact.insert(text.bytes(range)) }
            top.exactNames = exact
        }
        return !top.exactNames!.insert(text.bytes(name)).inserted
    }

    private mutating func removeEarlier(_ name: Range<Int>) {
        for position in top.firstName..<names.count where text.areEqual(names[position], name) {
            let length = removeMember(position, end: name.lowerBound - 1)
            names.append(name.lowerBound - length..<name.upperBound - length)
            return
        }
        names.append(name)
    }

    /// Takes a member out of the text again.
    ///
    /// - Parameters:
    ///   - position: in `names`.
    ///   - end: where the member being written begins, after its comma.
    /// - Returns: how many bytes what follows has moved.
    private mutating func removeMember(_ position: Int, end: Int) -> Int {
        let start = names[position].lowerBound - 1
        let next = position + 1 < names.count ? names[position + 1].lowerBound - 1 : end
        text.remove(start..<next)
        let length = next - start
        names.remove(at: position)
        for index in position..<names.count {
            names[index] = names[index].lowerBound - length..<names[index].upperBound - length
        }
        holes.removeAll { $0.offset > start && $0.offset < next }
        for index in holes.indices where holes[index].offset >= next { holes[index].offset -= length }
        top.count -= 1
        return length
    }

    // MARK: Outputs inside

    mutating func leaveHole(for output: JSONOutput) {
        startScalar()
        holes.append((text.count, output))
    }

    mutating func finished() -> [UInt8] {
        finishValue(at: 0)
        guard !holes.isEmpty else { return text.bytes(0..<text.count) }
        var (whole, position): ([UInt8], Int) = ([], 0)
        for hole in holes {
            whole += text.bytes(position..<hole.offset)
            whole += hole.output.finished()
            position = hole.offset
        }
        return whole + text.bytes(position..<text.count)
    }

    // MARK: Paths

    /// The path of the innermost open container.
    var openPath: [any CodingKey] { depth > 0 ? path(ofContainerAt: depth - 1) : outerPath }

    func path(ofContainerAt depth: Int) -> [any CodingKey] {
        outerPath + (outer + [top])[...depth].flatMap(\.step.keys)
    }

    func path(ofValueAt depth: Int) -> [any CodingKey] {
        guard isValueDue else { return path(ofContainerAt: depth) }
        return (depth > 0 ? path(ofContainerAt: depth - 1) : outerPath) + step.keys
    }
}
