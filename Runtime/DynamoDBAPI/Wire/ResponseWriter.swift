import ItemDB
import Items
import JSON

/// Writes the JSON of an answer member by member; items go from their stored form to text without a detour.
struct ResponseWriter {
    private var bytes: [UInt8] = []
    /// Whether the object or array at hand has anything yet, from the outside in.
    private var hasMembers = [false]

    init(reserving capacity: Int = 256) {
        bytes.reserveCapacity(capacity)
        bytes.append(UInt8(ascii: "{"))
    }

    /// The whole answer.
    consuming func finished() -> DynamoDBResponse {
        bytes.append(UInt8(ascii: "}"))
        return DynamoDBResponse(status: 200, body: bytes)
    }

    mutating func member(_ name: String, _ value: JSONValue) {
        begin(name)
        value.write(into: &bytes)
    }

    mutating func member(_ name: String, _ item: StoredItem) {
        begin(name)
        item.writeDynamoDBJSON(into: &bytes)
    }

    mutating func member(_ name: String, _ item: Item) {
        begin(name)
        item.writeDynamoDBJSON(into: &bytes)
    }

    mutating func array(_ name: String, _ content: (inout ResponseWriter) -> Void) {
        begin(name)
        nest("[", "]", content)
    }

    mutating func object(_ name: String, _ content: (inout ResponseWriter) -> Void) {
        begin(name)
        nest("{", "}", content)
    }

    mutating func element(_ item: StoredItem) {
        separate()
        item.writeDynamoDBJSON(into: &bytes)
    }

    mutating func element(_ item: Item) {
        separate()
        item.writeDynamoDBJSON(into: &bytes)
    }

    mutating func element(_ content: (inout ResponseWriter) -> Void) {
        separate()
        nest("{", "}", content)
    }

    private mutating func begin(_ name: String) {
        separate()
        writeJSONString(name, into: &bytes)
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func separate() {
        if hasMembers[hasMembers.count - 1] { bytes.append(UInt8(ascii: ",")) }
        hasMembers[hasMembers.count - 1] = true
    }

    private mutating func nest(
        _ opening: Unicode.Scalar, _ closing: Unicode.Scalar, _ content: (inout ResponseWriter) -> Void
    ) {
        bytes.append(UInt8(ascii: opening))
        hasMembers.append(false)
        content(&self)
        hasMembers.removeLast()
        bytes.append(UInt8(ascii: closing))
    }
}
