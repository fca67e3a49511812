import CSQLite
import ItemDB
import Testing

/// What is kept beside the tables.
struct RecordTests {
    private func keep(_ changes: [RecordChange], in database: ItemDatabase) throws {
        let result = Awaited<Result<Void, WriteFailure>>()
        database.keep(changes) { result.fulfil($0) }
        try result.wait().get()
    }

    private func texts(_ kind: String, in database: ItemDatabase) throws -> [String] {
        try database.records(of: kind).map { "\($0.key)=\(String(decoding: $0.value, as: UTF8.self))" }
    }

    @Test func `the last change of a key counts`() throws {
        let database = try ItemDatabase.forTest()
        try keep(
            [
                RecordChange(kind: "queue", key: "b", value: Array("1".utf8)),
                RecordChange(kind: "queue", key: "a", value: Array("2".utf8)),
                RecordChange(kind: "queue", key: "b", value: Array("3".utf8)),
                RecordChange(kind: "bus", key: "b", value: []),
                RecordChange(kind: "queue", key: "c", value: nil),
            ], in: database)
        #expect(try texts("queue", in: database) == ["a=2", "b=3"])
        #expect(try texts("bus", in: database) == ["b="])
        try keep([RecordChange(kind: "queue", key: "a", value: nil)], in: database)
        #expect(try texts("queue", in: database) == ["b=3"])
    }

    @Test func `records are there after a new start, and in a copy`() throws {
        let directory = TestDirectory()
        let clock = TestClock()
        var database = try ItemDatabase.open(directory.file, options: clock.options)
        try keep([RecordChange(kind: "k", key: "é", value: [0, 255])], in: database)
        try database.snapshot(to: directory.path + "/copy.db")
        database.close()
        for file in [directory.file, directory.path + "/copy.db"] {
            database = try ItemDatabase.open(file, options: clock.options)
            #expect(try database.records(of: "k").map(\.key) == ["é"])
            #expect(try database.records(of: "k").map(\.value) == [[0, 255]])
            database.close()
        }
    }

    @Test func `a file of version 1 is brought to this one`() throws {
        let directory = TestDirectory()
        let clock = TestClock()
        try ItemDatabase.open(directory.file, options: clock.options).close()
        var handle: OpaquePointer?
        sqlite3_open(directory.file, &handle)
        #expect(sqlite3_exec(handle, "DROP TABLE records; PRAGMA user_version = 1", nil, nil, nil) == SQLITE_OK)
        sqlite3_close(handle)
        for _ in 0..<2 {
            let database = try ItemDatabase.open(directory.file, options: clock.options)
            try keep([RecordChange(kind: "k", key: "a", value: [1])], in: database)
            #expect(try database.records(of: "k").count == 1)
            database.close()
        }
    }
}
