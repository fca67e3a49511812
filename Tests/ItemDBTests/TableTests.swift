import Expressions
import ItemDB
import Items
import Testing
import Time

struct TableTests {
    @Test func `tables, indexes and settings survive a restart`() throws {
        let directory = TestDirectory()
        let clock = TestClock()
        var database = try ItemDatabase.open(directory.file, options: clock.options)
        let definition = TableDefinition(
            name: "T", key: KeySchema(partition: KeyAttribute("id", .number)), indexes: IndexModelTests.indexes,
            stream: .keysOnly, timeToLive: "expires", settings: ["billing": "PAY_PER_REQUEST"])
        let made = try database.answer { database.createTable(definition, completion: $0) }
        for id in 0..<10 { try database.put(["id": .number(id), "g": "x", "n": .number(id)], in: made) }
        database.close()
        database = try ItemDatabase.open(directory.file, options: clock.options)
        let table = try #require(database.table(named: "T"))
        #expect(table.key == made.key && table.indexes == made.indexes && table.stream == made.stream)
        #expect(table.timeToLive == "expires" && table.settings == made.settings && table.createdAt == clock.now)
        #expect(
            database.count(table).items == 10 && database.count(table, index: table.index(named: "keys")).items == 10)
        #expect(
            try database.all(ReadRequest(table, index: table.indexes[0], rows: .partition("x", .less(3)))).count == 3)
        #expect(database.tables.map(\.name) == ["T"])
    }

    @Test func `says what is wrong with a request`() throws {
        let database = try ItemDatabase.forTest()
        try database.makeTable(indexes: [IndexModelTests.indexes[0]])
        func failure(_ request: (@escaping WriteCompletion<Table>) -> Void) -> String? {
            let result = Result { () throws(WriteFailure) in try database.answer(to: request) }
            if case .failure(let failure) = result { return failure.name }
            return nil
        }
        var drop = TableUpdate()
        drop.deletedIndexes = ["none"]
        var add = TableUpdate()
        add.createdIndexes = [IndexModelTests.indexes[0]]
        let (dropping, adding) = (drop, add)
        #expect(
            failure { database.createTable(TableDefinition(name: "T", key: .strings), completion: $0) }
                == "tableExists(T)")
        #expect(failure { database.updateTable("U", dropping, completion: $0) } == "noSuchTable(U)")
        #expect(failure { database.updateTable("T", dropping, completion: $0) } == "noSuchIndex(none)")
        #expect(failure { database.updateTable("T", adding, completion: $0) } == "indexExists(all)")
        #expect(failure { database.deleteTable("U", completion: $0) } == "noSuchTable(U)")
    }

    @Test func `a write prepared for a deleted table is refused, also when there is a new one`() throws {
        let database = try ItemDatabase.forTest()
        let table = try database.makeTable()
        let put = try Mutation.put(["pk": "p", "sk": "s"], in: table)
        _ = try database.answer { database.deleteTable("T", completion: $0) }
        #expect(database.table(named: "T") == nil)
        let made = try database.makeTable()
        let failure = #expect(throws: WriteFailure.self) { try database.answer { database.write(put, completion: $0) } }
        #expect(failure?.name == "noSuchTable(T)")
        #expect(try database.all(.scan(made)) == [] && made.id != table.id)
    }

    @Test func `dropped indexes are gone, the others stay`() throws {
        let database = try ItemDatabase.forTest()
        var table = try database.makeTable(indexes: IndexModelTests.indexes)
        try database.put(["pk": "p", "sk": "s", "g": "x", "n": 1], in: table)
        var update = TableUpdate()
        update.deletedIndexes = ["all"]
        update.settings = ["kept": true]
        let made = update
        table = try database.answer { database.updateTable("T", made, completion: $0) }
        #expect(table.indexes.map(\.name) == ["keys", "some"] && table.settings == ["kept": true])
        try database.put(["pk": "p", "sk": "t", "g": "x"], in: table)
        #expect(try database.all(.scan(table, index: table.index(named: "keys"))).count == 2)
    }

    @Test func `many tables come and go over one set of connections`() throws {
        let database = try ItemDatabase.forTest()
        for round in 0..<150 {
            let table = try database.makeTable("T\(round)", indexes: [IndexModelTests.indexes[0]])
            try database.put(["pk": "p", "sk": "s", "g": "x", "n": 1, "round": .number(round)], in: table)
            let read = ReadRequest(table, index: table.indexes[0], rows: .partition("x", nil))
            #expect(try database.all(read).first?["round"] == .number(round))
            _ = try database.answer { database.deleteTable("T\(round)", completion: $0) }
        }
        #expect(database.tables.isEmpty)
    }
}
