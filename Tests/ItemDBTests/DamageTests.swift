import CSQLite
import Expressions
import ItemDB
import Items
import Testing

/// Items changed behind the database's back are refused, and the others can still be used.
struct DamageTests {
    private static func execute(_ sql: String, in path: String) {
        var handle: OpaquePointer?
        sqlite3_open(path, &handle)
        #expect(sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK, "\(String(cString: sqlite3_errmsg(handle)))")
        sqlite3_close(handle)
    }

    /// The size, then what follows, in hexadecimal.
    static let rows: [(stored: String, detail: String)] = [
        ("", "it is cut short"), ("00000000", "it is cut short"), ("0000000001", "it is cut short"),
        ("00000000000000", "there are bytes after its end"), ("0000000001016100FF", "there are bytes after its end"),
        ("000000000101610C", "a value is of no known type"), ("0000000001016103", "it is cut short"),
        ("00000000010161030562", "it is cut short"), ("000000000101610301FF", "a text is not UTF-8"),
        ("0000000001018000", "a text is not UTF-8"), ("000000000101610501", "it is cut short"),
        ("00000000010161050178", "a number is none"), ("000000000101610504302E3130", "a number is none"),
        ("0000000001016104FFFFFFFFFFFFFFFFFF02", "a number is none"), ("000000000101610700", "it is cut short"),
        ("00000000010161070200000000", "the length of a list, map or set is not that of its contents"),
        ("0000000001016109020000000105", "it is cut short"), ("000000000101610A03000000010300", "a number is none"),
        ("00000000010161080500000001016300", "the length of a list, map or set is not that of its contents"),
        ("00000000FFFFFFFF0F", "it is cut short"),
    ]
    @Test(arguments: rows) func `a damaged item is refused and named`(stored: String, detail: String) throws {
        let directory = TestDirectory()
        do {
            let database = try ItemDatabase.open(directory.file, options: TestClock().options)
            let table = try database.makeTable()
            for number in 1...3 { try database.put(["pk": "a", "sk": .string("s\(number)")], in: table) }
            database.close()
        }
        Self.execute("UPDATE t1 SET v = x'\(stored)' WHERE hex(k) LIKE '%7332'", in: directory.file)
        let database = try ItemDatabase.open(directory.file, options: TestClock().options)
        defer { database.close() }
        let table = try #require(database.tables.first)
        let damage = StorageError.damagedItem(
            path: directory.file, table: table.name, key: #"pk = "a", sk = "s2""#, detail: detail)
        #expect(throws: ReadFailure.storage(damage)) { try database.item(table, ["pk": "a", "sk": "s2"]) }
        #expect(throws: ReadFailure.storage(damage)) { try database.page(.scan(table)) }
        #expect(try database.item(table, ["pk": "a", "sk": "s3"]) != nil)
        #expect(damage.description.contains(#"table \#(table.name) "#) && damage.description.contains(detail))
    }

    @Test func `deep nesting is refused`() throws {
        let directory = TestDirectory()
        do {
            let database = try ItemDatabase.open(directory.file, options: TestClock().options)
            try database.put(["pk": "a", "sk": "s"], in: try database.makeTable())
            database.close()
        }
        // Lists in lists, each with the length of what follows.
        var nested: [UInt8] = [0]
        for _ in 0..<1_001 {
            let length = nested.count + 1
            nested = [7] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + [1] + nested
        }
        let bytes: [UInt8] = [0, 0, 0, 0, 1, 1, 97] + nested
        let hexadecimal = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        Self.execute("UPDATE t1 SET v = x'\(hexadecimal)'", in: directory.file)
        let database = try ItemDatabase.open(directory.file, options: TestClock().options)
        defer { database.close() }
        let table = try #require(database.tables.first)
        #expect(
            throws: ReadFailure.storage(
                .damagedItem(
                    path: directory.file, table: table.name, key: #"pk = "a", sk = "s""#,
                    detail: "it is nested too deeply"))
        ) { try database.item(table, ["pk": "a", "sk": "s"]) }
    }

    @Test(arguments: ["0", "7", "-7", "-0.05", "123456", "9.99e125", "-1e-130"])
    func `numbers in keys are named as they are`(text: String) throws {
        let directory = TestDirectory()
        let number = try ItemNumber(text)
        let key = KeySchema(partition: KeyAttribute("pk", .number), sort: KeyAttribute("sk", .binary))
        do {
            let database = try ItemDatabase.open(directory.file, options: TestClock().options)
            let table = try database.makeTable(key: key)
            try database.put(["pk": .number(number), "sk": .binary([1, 171])], in: table)
            database.close()
        }
        Self.execute("UPDATE t1 SET v = x''", in: directory.file)
        let database = try ItemDatabase.open(directory.file, options: TestClock().options)
        defer { database.close() }
        let table = try #require(database.tables.first)
        #expect(
            throws: ReadFailure.storage(
                .damagedItem(
                    path: directory.file, table: table.name, key: "pk = \(number), sk = 0x01ab",
                    detail: "it is cut short"))
        ) { try database.page(.scan(table)) }
    }
}
