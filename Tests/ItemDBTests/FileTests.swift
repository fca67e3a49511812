import CSQLite
import Expressions
import Glibc
import ItemDB
import Items
import Testing

/// What a file can be, and what is said of it.
struct FileTests {
    private static func write(_ bytes: [UInt8], to path: String) {
        let file = open(path, O_WRONLY | O_CREAT, 0o600)
        _ = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        close(file)
    }

    private static func execute(_ sql: String, in path: String) {
        var handle: OpaquePointer?
        sqlite3_open(path, &handle)
        sqlite3_exec(handle, sql, nil, nil, nil)
        sqlite3_close(handle)
    }

    private static func contents(_ path: String) -> [UInt8] {
        let file = open(path, O_RDONLY)
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
        return [UInt8](bytes.prefix(max(0, count)))
    }

    private static func made(_ path: String) throws {
        let database = try ItemDatabase.open(path, options: TestClock().options)
        try database.put(["pk": "p", "sk": "s"], in: try database.makeTable())
        database.close()
    }

    private func refusal(_ path: String) throws -> StorageError {
        try #require(throws: StorageError.self) { try ItemDatabase.open(path, options: TestClock().options) }
    }

    @Test func `a file of something else is left alone`() throws {
        let directory = TestDirectory()
        let text = Array(String(repeating: "This is a letter, not a database. ", count: 100).utf8)
        Self.write(text, to: directory.file)
        #expect(try refusal(directory.file) == .notADatabase(path: directory.file))
        #expect(Self.contents(directory.file) == text)
    }

    @Test func `another program's database is left alone`() throws {
        let directory = TestDirectory()
        Self.execute("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)", in: directory.file)
        let before = Self.contents(directory.file)
        #expect(try refusal(directory.file) == .notADatabase(path: directory.file))
        #expect(Self.contents(directory.file) == before)
    }

    @Test func `a newer format is refused and kept`() throws {
        let directory = TestDirectory()
        try Self.made(directory.file)
        Self.execute("PRAGMA user_version = 3", in: directory.file)
        #expect(try refusal(directory.file) == .newerFormat(path: directory.file, found: 3, supported: 2))
        Self.execute("PRAGMA user_version = 2", in: directory.file)
        let database = try ItemDatabase.open(directory.file, options: TestClock().options)
        #expect(try database.all(.scan(#require(database.table(named: "T")))).count == 1)
    }

    /// The schema's page is behind the header, which is whole.
    @Test func `a damaged file is said to be damaged`() throws {
        let directory = TestDirectory()
        try Self.made(directory.file)
        var bytes = Self.contents(directory.file)
        for index in 100..<8_192 { bytes[index] = 0x5A }
        Self.write(bytes, to: directory.file)
        guard case .corrupt = try refusal(directory.file) else { return #expect(Bool(false), "not corrupt") }
        bytes = [UInt8](bytes.prefix(8_192 + 100))
        truncate(directory.file, 0)
        Self.write(bytes, to: directory.file)
        guard case .corrupt = try refusal(directory.file) else { return #expect(Bool(false), "not corrupt") }
    }

    @Test func `an unreadable record of a table is damage`() throws {
        let directory = TestDirectory()
        try Self.made(directory.file)
        Self.execute("UPDATE tables SET record = x'0102030405'", in: directory.file)
        #expect(try refusal(directory.file) == .corrupt(path: directory.file, detail: "unreadable record in tables"))
    }

    @Test func `a missing directory is named`() throws {
        let path = "/tmp/itemdb-no-such-directory/items.db"
        guard case .cannotOpen(path, _) = try refusal(path) else { return #expect(Bool(false)) }
    }

    @Test func `one process opens a file once, and again after closing`() throws {
        let directory = TestDirectory()
        let database = try ItemDatabase.open(directory.file, options: TestClock().options)
        #expect(try refusal(directory.file) == .alreadyOpen(path: directory.file))
        try database.makeTable()
        database.close()
        let again = try ItemDatabase.open(directory.file, options: TestClock().options)
        #expect(again.table(named: "T") != nil)
    }

    @Test func `a second process is refused`() async throws {
        let directory = TestDirectory()
        let database = try ItemDatabase.open(directory.file, options: TestClock().options)
        let table = try database.makeTable()
        await #expect(processExitsWith: .exitCode(7)) { [path = directory.file as String] in
            do {
                _ = try ItemDatabase.open(path, options: TestClock().options)
            } catch StorageError.lockedByAnotherProcess(path) {
                exit(7)
            }
        }
        try database.put(["pk": "p", "sk": "s"], in: table)
        database.close()
        await #expect(processExitsWith: .exitCode(7)) { [path = directory.file as String] in
            let database = try ItemDatabase.open(path, options: TestClock().options)
            let table = try #require(database.table(named: "T"))
            try #require(try database.all(.scan(table)).count == 1)
            exit(7)
        }
    }

    @Test func `a file that can't be written is refused`() async throws {
        let directory = TestDirectory()
        try Self.made(directory.file)
        chmod(directory.file, 0o444)
        chmod(directory.path, 0o755)
        await #expect(processExitsWith: .exitCode(7)) { [path = directory.file as String] in
            // The superuser may write anything.
            if geteuid() == 0 { setuid(65_534) }
            do {
                _ = try ItemDatabase.open(path, options: TestClock().options)
            } catch StorageError.readOnly(path) {
                exit(7)
            }
        }
    }

    @Test func `a full disk refuses what has no room and loses nothing`() throws {
        let directory = TestDirectory()
        var options = TestClock().options
        options.pagesMax = 64
        let database = try ItemDatabase.open(directory.file, options: options)
        let table = try database.makeTable(stream: .keysOnly)
        var stored = 0
        var failure: WriteFailure?
        while failure == nil, stored < 1_000 {
            let item: Item = [
                "pk": .string("\(stored)"), "sk": "s", "d": .string(String(repeating: "d", count: 5_000)),
            ]
            do throws(WriteFailure) {
                let mutation = try? Mutation.put(item, in: table)
                guard let mutation else { break }
                _ = try database.answer { database.write(mutation, completion: $0) }
                stored += 1
            } catch {
                failure = error
            }
        }
        #expect(failure?.name == "storage(\(StorageError.diskFull(path: directory.file)))")
        #expect(stored > 10 && database.count(table).items == stored)
        #expect(try database.all(.scan(table)).count == stored)
        #expect(try database.changes(of: #require(table.stream), limit: 1_000).count == stored)
        let several = try (0..<40).map { number throws in
            try Mutation.put(
                ["pk": .string("more \(number)"), "sk": "s", "d": .string(String(repeating: "d", count: 200))],
                in: table)
        }
        #expect(throws: WriteFailure.self) { try database.answer { database.batch(several, completion: $0) } }
        #expect(database.count(table).items == stored)
        try database.delete(["pk": "0", "sk": "s"], in: table)
        #expect(database.count(table).items == stored - 1)
    }

    @Test func `every error says what to do`() {
        let errors: [StorageError] = [
            .lockedByAnotherProcess(path: "/x"), .alreadyOpen(path: "/x"), .corrupt(path: "/x", detail: "d"),
            .notADatabase(path: "/x"), .newerFormat(path: "/x", found: 3, supported: 2), .readOnly(path: "/x"),
            .diskFull(path: "/x"), .fileTooLarge(path: "/x"), .cannotOpen(path: "/x", detail: "d"),
            .failed(path: "/x", code: 1, detail: "d"),
            .damagedItem(path: "/x", table: "T", key: "k = 1", detail: "d"),
        ]
        for error in errors {
            #expect(error.description.contains("/x") && error.description.split(separator: ". ").count >= 2)
        }
    }

    @Test func `a closed database fails what comes later`() throws {
        let database = try ItemDatabase.forTest()
        let table = try database.makeTable()
        database.close()
        let failure = #expect(throws: WriteFailure.self) { try database.put(["pk": "p", "sk": "s"], in: table) }
        #expect(failure?.name == "storage(\(StorageError.closed(path: database.path)))")
        #expect(throws: ReadFailure.storage(.closed(path: database.path))) {
            try database.item(table, ["pk": "p", "sk": "s"])
        }
        #expect(access(database.path, F_OK) != 0)
    }

    /// On the thread that writes, which must not wait for itself.
    @Test(arguments: [true, false]) func `a completion may close the database`(inline: Bool) throws {
        let directory = TestDirectory()
        let database = try ItemDatabase.open(directory.file, options: TestClock().options)
        let closed = Awaited<Void>()
        let definition = TableDefinition(name: "T", key: .strings)
        if inline {
            let put = try Mutation.put(["pk": "p", "sk": "s"], in: try database.makeTable())
            database.write(put) { _ in
                database.close()
                closed.fulfil(())
            }
        } else {
            database.createTable(definition) { _ in
                database.close()
                closed.fulfil(())
            }
        }
        closed.wait()
        // The writer's thread closes the file a little later.
        var again: ItemDatabase?
        for _ in 0..<500 where again == nil {
            again = try? ItemDatabase.open(directory.file, options: TestClock().options)
            if again == nil { usleep(10_000) }
        }
        #expect(again?.table(named: "T") != nil)
    }

    @Test func `copies of a snapshot go their own ways`() throws {
        let directory = TestDirectory()
        let clock = TestClock()
        let seed = try ItemDatabase.forTest(clock)
        let table = try seed.makeTable(indexes: IndexModelTests.indexes, stream: .keysOnly)
        for index in 0..<100 { try seed.put(["pk": .string("\(index)"), "sk": "s", "g": "x", "n": 1], in: table) }
        try seed.snapshot(to: directory.path + "/copy.db")
        try seed.put(["pk": "later", "sk": "s"], in: table)
        let copies = try (0..<2).map { _ throws in
            try ItemDatabase.temporary(copyOf: directory.path + "/copy.db", options: clock.options)
        }
        for (number, copy) in copies.enumerated() {
            let table = try #require(copy.table(named: "T"))
            #expect(copy.count(table).items == 100)
            for index in 0..<number { try copy.put(["pk": .string("new\(index)"), "sk": "s"], in: table) }
            #expect(copy.count(table).items == 100 + number)
            #expect(try copy.all(.scan(table)).count == 100 + number)
        }
        #expect(seed.count(table).items == 101)
    }
}
