import Items
import JSON

/// The text of one request, written member by member straight into bytes: what a call costs most after the network.
struct RequestWriter {
    private(set) var bytes: [UInt8] = []
    /// Whether the next member or element is the first of its container.
    private var isFirst = true

    init() { bytes.reserveCapacity(1_024) }

    mutating func object(_ content: (inout RequestWriter) -> Void) { container("{", "}", content) }

    mutating func array(_ content: (inout RequestWriter) -> Void) { container("[", "]", content) }

    private mutating func container(
        _ open: Unicode.Scalar, _ close: Unicode.Scalar, _ content: (inout RequestWriter) -> Void
    ) {
        separate()
        bytes.append(UInt8(ascii: open))
        isFirst = true
        content(&self)
        bytes.append(UInt8(ascii: close))
        isFirst = false
    }

    private mutating func separate() {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
    }

    /// The name of a member; its value must follow.
    mutating func name(_ name: String) {
        separate()
        writeJSONString(name, into: &bytes)
        bytes.append(UInt8(ascii: ":"))
        isFirst = true
    }

    mutating func string(_ value: String) {
        separate()
        writeJSONString(value, into: &bytes)
    }

    mutating func literal(_ value: String) {
        separate()
        bytes.append(contentsOf: value.utf8)
    }

    mutating func value(_ value: AttributeValue) {
        separate()
        value.writeDynamoDBJSON(into: &bytes)
    }

    mutating func item(_ item: Item) {
        separate()
        item.writeDynamoDBJSON(into: &bytes)
    }

    mutating func member(_ name: String, _ value: String) {
        self.name(name)
        string(value)
    }

    mutating func member(_ name: String, _ value: Bool) {
        self.name(name)
        literal(value ? "true" : "false")
    }

    mutating func member(_ name: String, _ value: Int) {
        self.name(name)
        literal(String(value))
    }

    mutating func member(_ name: String, _ value: Item) {
        self.name(name)
        item(value)
    }
}
