import Expressions
import ItemDB
import Items
import Testing

/// Seeded writes against a dictionary and what indexes of it should hold.
struct IndexModelTests {
    static let indexes = [
        IndexDefinition(
            name: "all", key: KeySchema(partition: KeyAttribute("g", .string), sort: KeyAttribute("n", .number))),
        IndexDefinition(name: "keys", key: KeySchema(partition: KeyAttribute("g", .string)), projection: .keysOnly),
        IndexDefinition(
            name: "some", isLocal: true,
            key: KeySchema(partition: KeyAttribute("pk", .string), sort: KeyAttribute("n", .number)),
            projection: .include(["a"])),
    ]

    struct Key: Hashable {
        var partition: Int
        var sort: Int
        var item: Item { ["pk": .string("p\(partition)"), "sk": .string("s\(sort)")] }
    }

    @Test(arguments: 0..<6) func `tables and indexes hold what was written`(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let clock = TestClock()
        let database = try ItemDatabase.forTest(clock)
        // Half of the indexes are made over the items that are there.
        var table = try database.makeTable(indexes: seed % 2 == 0 ? Self.indexes : [])
        var model: [Key: Item] = [:]
        for step in 0..<400 {
            if seed % 2 == 1, step == 200 {
                var update = TableUpdate()
                update.createdIndexes = Self.indexes
                let made = update
                table = try database.answer { database.updateTable("T", made, completion: $0) }
            }
            try write(database, table, &model, &generator)
        }
        try check(database, table, model)
    }

    private func write(
        _ database: ItemDatabase, _ table: Table, _ model: inout [Key: Item], _ generator: inout SeededGenerator
    ) throws {
        let key = Key(partition: generator.below(4), sort: generator.below(12))
        let stored = model[key]
        switch generator.below(4) {
        case 0:
            let outcome = try database.delete(key.item, in: table)
            #expect(outcome.old?.item == stored && outcome.new == nil)
            model[key] = nil
        case 1:
            let mutation = try Mutation.update(key.item, in: table, if: { $0 != nil }) { item in
                var item = item
                item?["n"] = 7
                item?["a"] = "updated"
                return item
            }
            let result = Result { () throws(WriteFailure) in
                try database.answer { database.write(mutation, completion: $0) }
            }
            switch result {
            case .success(let outcome):
                #expect(stored != nil && outcome.old?.item == stored)
                model[key]?["n"] = 7
                model[key]?["a"] = "updated"
                #expect(outcome.new?.item == model[key])
            case .failure(let failure): #expect(stored == nil && failure.name == "conditionFailed(none)")
            }
        default:
            var item = key.item
            if generator.below(4) > 0 { item["g"] = .string("g\(generator.below(3))") }
            if generator.below(4) > 0 { item["n"] = .number(generator.below(5)) }
            if generator.below(2) > 0 { item["a"] = .number(generator.below(3)) }
            item["b"] = .string(String(repeating: "b", count: generator.below(2_000)))
            #expect(try database.put(item, in: table).old?.item == stored)
            model[key] = item
        }
    }

    private func check(_ database: ItemDatabase, _ table: Table, _ model: [Key: Item]) throws {
        #expect(Set(try database.all(.scan(table))) == Set(model.values))
        let count = database.count(table)
        #expect(count.items == model.count && count.sizeBytes == model.values.reduce(0) { $0 + $1.sizeBytes })
        for index in table.indexes {
            let held = model.values.filter { item in index.key.attributes.allSatisfy { item[$0.name] != nil } }
            let projected = held.map { Self.projection($0, index) }
            #expect(Set(try database.all(.scan(table, index: index))) == Set(projected), "\(index.name)")
            var whole = ReadRequest.scan(table, index: index)
            whole.fetchesWholeItems = true
            #expect(Set(try database.all(whole)) == Set(held), "\(index.name)")
            let count = database.count(table, index: index)
            #expect(count.items == held.count && count.sizeBytes == projected.reduce(0) { $0 + $1.sizeBytes })
            try checkPages(database, table, index, held)
        }
    }

    /// One partition in pages of three, both ways: every item once, in the order of the sort key.
    private func checkPages(_ database: ItemDatabase, _ table: Table, _ index: TableIndex, _ held: [Item]) throws {
        let name = index.key.partition.name
        for value in Set(held.compactMap { $0[name] }) {
            let wanted = held.filter { $0[name] == value }
            for forward in [true, false] {
                var request = ReadRequest(table, index: index, rows: .partition(value, nil))
                request.forward = forward
                request.limit = 3
                let found = try database.all(request)
                #expect(Set(found) == Set(wanted.map { Self.projection($0, index) }) && found.count == wanted.count)
                let sorts = found.compactMap { item in index.key.sort.flatMap { item[$0.name] }?.integer }
                #expect(sorts == (forward ? sorts.sorted() : sorts.sorted().reversed()))
            }
        }
    }

    private static func projection(_ item: Item, _ index: TableIndex) -> Item {
        switch index.definition.projection {
        case .all: item
        case .keysOnly: Item(AttributeMap(item.attributes.filter { ["pk", "sk", "g"].contains($0.key) }))
        case .include: Item(AttributeMap(item.attributes.filter { ["pk", "sk", "n", "a"].contains($0.key) }))
        }
    }

    static let unusable: [(item: Item, attribute: String)] = [
        (["pk": "p", "sk": "s", "g": 1], "g"), (["pk": "p", "sk": "s", "g": ""], "g"),
        (["pk": "p", "sk": "s", "n": "1"], "n"),
        (["pk": "p", "sk": "s", "g": .string(String(repeating: "x", count: 2_049))], "g"),
    ]
    @Test(arguments: unusable) func `an unusable index key refuses the item`(row: (item: Item, attribute: String))
        throws
    {
        let database = try ItemDatabase.forTest()
        let table = try database.makeTable(indexes: Self.indexes)
        let failure = #expect(throws: WriteFailure.self) { try database.put(row.item, in: table) }
        #expect(failure?.name.hasSuffix(",\(row.attribute))") == true)
        #expect(try database.item(table, row.item) == nil)
    }

    @Test func `tells what was written to indexes`() throws {
        let database = try ItemDatabase.forTest()
        let table = try database.makeTable(indexes: [Self.indexes[0], Self.indexes[1]])
        func put(_ attributes: Item) throws -> [String] {
            var item: Item = ["pk": "p", "sk": "s"]
            for (name, value) in attributes.attributes { item[name] = value }
            return try database.put(item, in: table).indexWrites.map {
                "\($0.index) \($0.oldSizeBytes ?? 0) \($0.newSizeBytes ?? 0)\($0.isMoved ? " moved" : "")"
            }
        }
        #expect(try put(["a": 1]) == [])
        #expect(try put(["g": "x"]) == ["keys 0 8"])
        #expect(try put(["g": "x", "n": 1]) == ["all 0 11"])
        #expect(try put(["g": "x", "n": 1, "a": 1]) == ["all 11 14"])
        #expect(try put(["g": "x", "n": 1, "a": 1]) == [])
        #expect(try put(["g": "y", "n": 1, "a": 1]) == ["all 14 14 moved", "keys 8 8 moved"])
        #expect(try put([:]) == ["all 14 0", "keys 8 0"])
    }
}
