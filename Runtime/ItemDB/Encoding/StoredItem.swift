package import Items

/// An item in its stored form: what SQLite keeps, and what is written to the wire without building an ``Item``.
///
/// The form is: the size as DynamoDB counts it (4 bytes), the number of attributes, then name and value of each, in the
/// order of their names. Equal bytes are equal items; equal items may differ in the order of a set's members.
package struct StoredItem: Hashable, Sendable {
    static let headerSize = 4

    let bytes: [UInt8]

    /// - Parameter bytes: as another `StoredItem` made them.
    init(bytes: [UInt8]) { self.bytes = bytes }

    /// - Parameter bytes: from a file, where anything can have happened to them.
    init(checking bytes: [UInt8]) throws(StoredItemDamage) {
        let damage: StoredItemDamage? = bytes.withUnsafeBytes { buffer in
            do throws(StoredItemDamage) { try StoredItemChecker.check(buffer) } catch { return error }
            return nil
        }
        if let damage { throw damage }
        self.bytes = bytes
    }

    package init(_ item: Item) {
        var writer = StoredItemWriter()
        writer.append(item)
        bytes = writer.bytes
    }

    /// The item's size as DynamoDB counts it for limits and capacity.
    package var sizeBytes: Int {
        bytes.withUnsafeBytes { $0.count < Self.headerSize ? 0 : Int($0.loadUnaligned(as: UInt32.self)) }
    }

    package var item: Item {
        bytes.withUnsafeBytes { buffer in
            var reader = StoredItemReader(buffer)
            return reader.item()
        }
    }

    /// One attribute; the others are skipped, not decoded.
    package func value(_ name: String) -> AttributeValue? {
        bytes.withUnsafeBytes { buffer in
            var reader = StoredItemReader(buffer)
            return reader.seek(name) ? reader.value() : nil
        }
    }

    /// The attributes of these names that are there.
    package func attributes(_ names: [String]) -> Item {
        var item = Item()
        for name in names { item[name] = value(name) }
        return item
    }

    /// Appends the item as DynamoDB's JSON: `{"id":{"S":"x"},…}`, attributes in the order of their names.
    package func writeDynamoDBJSON(into output: inout [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            var writer = StoredItemJSONWriter(StoredItemReader(buffer), output: consume output)
            writer.writeItem()
            output = writer.output
        }
    }

    /// Whether a write of `self` over `other` would change nothing: the order of sets does not count.
    func isSame(as other: StoredItem) -> Bool {
        if bytes == other.bytes { return true }
        // Only the order of set members can make equal items differ, and never their size.
        guard bytes.count == other.bytes.count else { return false }
        return bytes.withUnsafeBytes { mine in
            other.bytes.withUnsafeBytes { theirs in
                var (one, two) = (StoredItemReader(mine), StoredItemReader(theirs))
                return one.hasSameMembers(as: &two)
            }
        }
    }
}

/// The types of stored values. Raw values are part of the file format.
enum StoredTag: UInt8 {
    case null = 0
    case `false` = 1
    case `true` = 2
    case string = 3
    /// A whole number that fits in 64 bits: zigzag, then seven bits a byte.
    case integer = 4
    /// Any other number: its canonical text.
    case decimal = 5
    case binary = 6
    case list = 7
    case map = 8
    case stringSet = 9
    case numberSet = 10
    case binarySet = 11
}
