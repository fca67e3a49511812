/// Reads a JSON text.
///
/// - Throws: ``JSONSyntaxError`` for everything that RFC 8259 does not allow, and for what it leaves open: a byte
///   order mark, a `\u` escape of half a surrogate pair, a text past `limits`.
package func parseJSON(
    _ bytes: UnsafeRawBufferPointer, limits: JSONLimits = .standard
) throws(JSONSyntaxError) -> JSONValue {
    let bytes = bytes.assumingMemoryBound(to: UInt8.self)
    var parser = JSONParser(bytes, limits: limits)
    do throws(JSONFault) {
        return try parser.document()
    } catch {
        throw JSONSyntaxError(error, in: bytes)
    }
}

package func parseJSON(
    _ bytes: [UInt8], limits: JSONLimits = .standard
) throws(JSONSyntaxError) -> JSONValue {
    try bytes.withUnsafeBufferPointer { (buffer) throws(JSONSyntaxError) in
        try parseJSON(UnsafeRawBufferPointer(buffer), limits: limits)
    }
}

package func parseJSON(_ text: String, limits: JSONLimits = .standard) throws(JSONSyntaxError) -> JSONValue {
    try parseJSON(Array(text.utf8), limits: limits)
}

/// A recursive descent over the bytes, as deep as `limits` allow.
struct JSONParser: ~Copyable {
    let bytes: UnsafeBufferPointer<UInt8>
    let limits: JSONLimits
    var position = 0
    /// Holds a string while its escapes are resolved.
    var unescaped: [UInt8] = []
    /// Hold what belongs to the open arrays and objects, so that each becomes an array of just its size.
    private var elements = JSONStack<JSONValue>()
    private var members = JSONStack<JSONObject.Member>()

    init(_ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func document() throws(JSONFault) -> JSONValue {
        guard bytes.count <= limits.bytesMax else {
            throw JSONFault(
                offset: 0, reason: "the text has \(bytes.count) bytes, more than the \(limits.bytesMax) allowed")
        }
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
            throw fault("a byte order mark is not allowed")
        }
        skipBlanks()
        guard position < bytes.count else { throw fault("the text is empty, a value is missing") }
        let value = try value(depth: 0)
        skipBlanks()
        guard position == bytes.count else { throw fault("\(found()) after the end of the value") }
        return value
    }

    @inline(__always)
    mutating func skipBlanks() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position &+= 1
            default: return
            }
        }
    }

    private mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
        guard position < bytes.count else { throw fault("the text ends where a value is expected") }
        switch bytes[position] {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "-"), 0x30...0x39: return .number(JSONNumber(checked: try number()))
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw fault("\(found()) where a value is expected")
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONFault) -> JSONValue {
        let length = word.utf8CodeUnitCount
        for index in 0..<length {
            guard position + index < bytes.count, bytes[position + index] == word.utf8Start[index] else {
                throw fault("a value that begins like \(word) but is not")
            }
        }
        position += length
        return value
    }

    private mutating func array(depth: Int) throws(JSONFault) -> JSONValue {
        try enter(depth)
        if take(UInt8(ascii: "]")) { return .array([]) }
        let start = elements.count
        while true {
            elements.push(try value(depth: depth))
            skipBlanks()
            if take(UInt8(ascii: ",")) {
                skipBlanks()
                continue
            }
            guard take(UInt8(ascii: "]")) else { throw fault("\(found()) where \",\" or \"]\" is expected") }
            return .array(elements.pop(from: start))
        }
    }

    private mutating func object(depth: Int) throws(JSONFault) -> JSONValue {
        try enter(depth)
        if take(UInt8(ascii: "}")) { return .object(JSONObject()) }
        let start = members.count
        while true {
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                throw fault("\(found()) where a member's name in quotes is expected")
            }
            let name = try string()
            skipBlanks()
            guard take(UInt8(ascii: ":")) else { throw fault("\(found()) where \":\" is expected") }
            skipBlanks()
            members.push(JSONObject.Member(key: name, value: try value(depth: depth)))
            skipBlanks()
            if take(UInt8(ascii: ",")) {
                skipBlanks()
                continue
            }
            guard take(UInt8(ascii: "}")) else { throw fault("\(found()) where \",\" or \"}\" is expected") }
            return .object(JSONObject(parsed: members.pop(from: start)))
        }
    }

    /// Steps over the opening bracket.
    private mutating func enter(_ depth: Int) throws(JSONFault) {
        guard depth <= limits.depthMax else {
            throw fault("arrays and objects nested deeper than the \(limits.depthMax) levels allowed")
        }
        position += 1
        skipBlanks()
    }

    @inline(__always)
    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position &+= 1
        return true
    }

    /// Steps over a number and returns its text.
    mutating func number() throws(JSONFault) -> String {
        let start = position
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") { position += 1 }
        if position < bytes.count, bytes[position] == UInt8(ascii: "0") {
            position += 1
            guard !isDigit else { throw fault("a number may not begin with 0 and go on with digits") }
        } else {
            try digits("after the minus sign")
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            try digits("after the decimal point")
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            try digits("in the exponent")
        }
        return text(start..<position)
    }

    @inline(__always)
    func text(_ range: Range<Int>) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
    }

    @inline(__always)
    private var isDigit: Bool { position < bytes.count && bytes[position] &- 0x30 < 10 }

    @inline(__always)
    private mutating func digits(_ place: StaticString) throws(JSONFault) {
        guard isDigit else { throw fault("\(found()) where a digit is expected \(place)") }
        repeat { position &+= 1 } while isDigit
    }

    func fault(_ reason: String, at offset: Int? = nil) -> JSONFault {
        JSONFault(offset: offset ?? position, reason: reason)
    }

    /// What stands at the position, for messages.
    func found() -> String {
        guard position < bytes.count else { return "the text ends" }
        let byte = bytes[position]
        if byte == UInt8(ascii: "\"") { return "a quotation mark" }
        if byte > 0x20, byte < 0x7F { return "\"\(Character(Unicode.Scalar(byte)))\"" }
        return "the byte 0x\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16, uppercase: true))"
    }
}

/// Values that wait to become part of an array. They are moved, not copied, from here to there.
struct JSONStack<Element>: ~Copyable {
    private(set) var count = 0
    private var capacity = 0
    private var base: UnsafeMutablePointer<Element>?

    deinit {
        base?.deinitialize(count: count)
        base?.deallocate()
    }

    @inline(__always)
    mutating func push(_ element: consuming Element) {
        if count == capacity { grow() }
        (base! + count).initialize(to: element)
        count &+= 1
    }

    private mutating func grow() {
        capacity = max(16, capacity * 2)
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
        if let base {
            larger.moveInitialize(from: base, count: count)
            base.deallocate()
        }
        base = larger
    }

    /// Takes off what was pushed since there were `start`.
    @inline(__always)
    mutating func pop(from start: Int) -> [Element] {
        let length = count - start
        guard length > 0, let base else { return [] }
        count = start
        return Array(unsafeUninitializedCapacity: length) { buffer, initialized in
            buffer.baseAddress!.moveInitialize(from: base + start, count: length)
            initialized = length
        }
    }
}
