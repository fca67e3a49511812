import Expressions
import Items

/// Where stored items are read from, for what is said of one that is damaged.
struct StoredPlace {
    var table: String
    /// Of the table; nil where rows have other keys, as those of indexes and streams.
    var key: KeySchema?
    /// The index or stream read from, as messages show it.
    var part: String?

    init(_ table: Table, index: TableIndex? = nil) {
        self.table = table.name
        key = index == nil ? table.key : nil
        part = index.map { "index \($0.name)" }
    }

    init(_ stream: ChangeStream) {
        table = stream.table
        part = "stream"
    }

    /// - Parameter row: the row's key.
    func error(_ damage: StoredItemDamage, path: String, row: RowKey) -> StorageError {
        let shown = key.map { row.text($0) } ?? "\(part.map { $0 + ", " } ?? "")row \(row.bytes.hexadecimal)"
        return .damagedItem(path: path, table: table, key: shown, detail: damage.rawValue)
    }
}

extension RowKey {
    /// The key for people to read: `pk = "a", sk = 7`; bytes in hexadecimal where they are no text.
    fileprivate func text(_ schema: KeySchema) -> String {
        guard bytes.count >= 6, !schema.isComposite else { return "row \(bytes.hexadecimal)" }
        let end = min(bytes.count, 6 + Int(bytes[4]) << 8 + Int(bytes[5]))
        let partition = "\(schema.partition.name) = \(Self.text(bytes[6..<end], schema.partition.type))"
        guard let sort = schema.sort else { return partition }
        return partition + ", \(sort.name) = \(Self.text(bytes[end...], sort.type))"
    }

    private static func text(_ bytes: ArraySlice<UInt8>, _ type: KeyType) -> String {
        switch type {
        case .string: String(validating: bytes, as: UTF8.self).map { "\"\($0)\"" } ?? Array(bytes).hexadecimal
        case .number: KeyEncoding.number(bytes)?.description ?? Array(bytes).hexadecimal
        case .binary: Array(bytes).hexadecimal
        }
    }
}

extension [UInt8] {
    fileprivate var hexadecimal: String {
        "0x" + map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
