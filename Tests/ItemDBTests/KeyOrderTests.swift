import Expressions
import ItemDB
import Items
import Testing

/// The order of keys and the bounds of queries, in the table and in an index, against what DynamoDB's order says.
struct KeyOrderTests {
    static let types: [KeyType] = [.string, .number, .binary]

    private static func value(_ type: KeyType, _ generator: inout SeededGenerator) -> AttributeValue {
        switch type {
        case .string: .string("a" + generator.string(6))
        case .number: .number(generator.number())
        case .binary: .binary([0] + generator.bytes(6))
        }
    }

    /// A table with sort key `s` of a type, and an index whose sort key `s` is not unique.
    private static func database(_ type: KeyType) throws -> (ItemDatabase, Table) {
        let database = try ItemDatabase.forTest()
        let sort = KeyAttribute("s", type)
        let index = IndexDefinition(name: "i", key: KeySchema(partition: KeyAttribute("g", .string), sort: sort))
        let table = try database.makeTable(
            key: KeySchema(partition: KeyAttribute("p", .string), sort: sort), indexes: [index])
        return (database, table)
    }

    @Test(arguments: types, 0..<3) func `queries give what holds, in order`(type: KeyType, seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let (database, table) = try Self.database(type)
        var stored: [AttributeValue] = []
        for _ in 0..<120 {
            let sort = Self.value(type, &generator)
            if !stored.contains(where: { $0.isSame(as: sort) }) { stored.append(sort) }
            for partition in ["x", "y"] { try database.put(["p": .string(partition), "s": sort, "g": "x"], in: table) }
        }
        for _ in 0..<30 {
            var bound = generator.below(2) == 0 ? Self.value(type, &generator) : stored[generator.below(stored.count)]
            let other = Self.value(type, &generator)
            let tests: [KeyTest] = [
                .equal(bound), .less(bound), .lessOrEqual(bound), .greater(bound), .greaterOrEqual(bound),
                .between(bound, other),
            ]
            for test in tests + (type == .number ? [] : [.beginsWith(bound.prefix(&generator))]) {
                let expected = stored.filter(test.holds).sorted { $0.isLess(than: $1) == true }
                try check(database, table, test, expected)
            }
            bound = other
        }
    }

    private func check(_ database: ItemDatabase, _ table: Table, _ test: KeyTest, _ expected: [AttributeValue]) throws {
        for forward in [true, false] {
            var request = ReadRequest(table, rows: .partition("x", test))
            request.forward = forward
            let wanted = forward ? expected : expected.reversed()
            let found = try database.all(request).compactMap { $0["s"] }
            #expect(found.count == wanted.count && zip(found, wanted).allSatisfy { $0.isSame(as: $1) }, "\(test)")
            request.index = table.indexes[0]
            // Each key twice: once of each partition of the table.
            let doubled = wanted.flatMap { [$0, $0] }
            let indexed = try database.all(request).compactMap { $0["s"] }
            #expect(indexed.count == doubled.count && zip(indexed, doubled).allSatisfy { $0.isSame(as: $1) }, "\(test)")
        }
    }

    static let boundaries = [
        "-9.9999999999999999999999999999999999999e125", "-1e125", "-100", "-99.5", "-99", "-10", "-9.9", "-1.23",
        "-1.2",
        "-1", "-0.1", "-1e-129", "-1.1e-130", "-1e-130", "0", "1e-130", "1.1e-130", "1e-129", "0.1", "1", "1.2", "1.23",
        "9.9", "10", "99", "99.5", "100", "1e125", "9.9999999999999999999999999999999999999e125",
    ]
    @Test func `numbers at the bounds lie in order`() throws {
        let (database, table) = try Self.database(.number)
        let numbers = try Self.boundaries.map { text throws in AttributeValue.number(try ItemNumber(text)) }
        for number in numbers.reversed() { try database.put(["p": "x", "s": number, "g": "x"], in: table) }
        var request = ReadRequest(table, rows: .partition("x", nil))
        #expect(try database.all(request).map { $0["s"] } == numbers)
        request.index = table.indexes[0]
        #expect(try database.all(request).map { $0["s"] } == numbers)
    }

    static let problems: [(item: Item, failure: String)] = [
        (["s": 1], "p missing"),
        (["p": 1, "s": 1], "p wrongType(Items.AttributeValue.number(1))"),
        (["p": "", "s": 1], "p empty"),
        (["p": .string(String(repeating: "a", count: 2_049)), "s": 1], "p tooLong"),
        (["p": "x"], "s missing"),
        (["p": "x", "s": "1"], #"s wrongType(Items.AttributeValue.string("1"))"#),
    ]
    @Test(arguments: problems) func `an unusable key is refused`(row: (item: Item, failure: String)) throws {
        let (database, table) = try Self.database(.number)
        let failure = #expect(throws: KeyFailure.self) { try database.put(row.item, in: table) }
        #expect(failure.map { "\($0.attribute.name) \($0.reason)" } == row.failure)
    }

    @Test func `keys of the greatest size are stored`() throws {
        let (database, table) = try Self.database(.binary)
        let item: Item = [
            "p": .string(String(repeating: "a", count: 2_048)), "s": .binary([UInt8](repeating: 0, count: 1_024)),
            "g": "x",
        ]
        try database.put(item, in: table)
        #expect(try database.item(table, item)?.item == item)
        #expect(try database.all(ReadRequest(table, index: table.indexes[0], rows: .partition("x", nil))) == [item])
    }
}

extension AttributeValue {
    /// Some beginning of a string or binary.
    fileprivate func prefix(_ generator: inout SeededGenerator) -> AttributeValue {
        switch self {
        case .string(let text): .string(String(text.prefix(1 + generator.below(3))))
        case .binary(let bytes): .binary([UInt8](bytes.prefix(1 + generator.below(3))))
        default: self
        }
    }
}
