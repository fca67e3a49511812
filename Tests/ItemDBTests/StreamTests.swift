import Expressions
import Glibc
import ItemDB
import Items
import Synchronization
import Testing
import Time

struct StreamTests {
    private static func lines(_ changes: [Change]) -> [String] {
        changes.map { change in
            let images = [change.old, change.new].map { $0?.item["n"]?.integer.map { "\($0)" } ?? "-" }
            return
                "\(change.key["pk"]?.string ?? "")\(change.cause == .expiry ? " expired" : "") \(images[0]) \(images[1])"
        }
    }

    @Test func `records every change once, and none where nothing changes`() throws {
        let database = try ItemDatabase.forTest()
        let table = try database.makeTable(stream: .newAndOldImages)
        let plain = try database.makeTable("Plain")
        let observed = Mutex<[Change]>([])
        database.onCommit { changes in observed.withLock { $0 += changes } }
        func put(_ name: String, _ n: Int, in table: Table) throws {
            try database.put(
                ["pk": .string(name), "sk": "s", "n": .number(n), "set": .stringSet(["a", "b"])], in: table)
        }
        try put("a", 1, in: table)
        try put("b", 1, in: plain)
        try put("a", 1, in: table)
        try database.put(["pk": "a", "sk": "s", "n": 1, "set": .stringSet(["b", "a"])], in: table)
        try put("a", 2, in: table)
        try database.delete(["pk": "a", "sk": "s"], in: table)
        try database.delete(["pk": "a", "sk": "s"], in: table)
        let stream = try #require(table.stream)
        let records = try database.changes(of: stream, limit: 100)
        #expect(Self.lines(records) == ["a - 1", "a 1 2", "a 2 -"])
        #expect(Self.lines(observed.withLock { $0 }) == ["a - 1", "b - 1", "a 1 2", "a 2 -"])
        #expect(records.map(\.sequence) == records.map(\.sequence).sorted())
        #expect(
            try database.changes(of: stream, after: records[0].sequence, limit: 1).map(\.sequence) == [
                records[1].sequence
            ])
        #expect(try database.changeBounds(of: stream) == records[0].sequence...records[2].sequence)
    }

    /// Items of the same size in bytes: only the order within sets, at any depth, is no change.
    private static let samesRows: [(before: AttributeValue, after: AttributeValue, isChange: Bool)] = [
        (.stringSet(["a", "b"]), .stringSet(["b", "a"]), false),
        (.stringSet(["a", "b"]), .stringSet(["a", "c"]), true),
        (.numberSet([ItemNumber(1), ItemNumber(2)]), .numberSet([ItemNumber(2), ItemNumber(1)]), false),
        (.numberSet([ItemNumber(1), ItemNumber(2)]), .numberSet([ItemNumber(1), ItemNumber(3)]), true),
        (.binarySet([[1], [2]]), .binarySet([[2], [1]]), false), (.list([1, 2]), .list([2, 1]), true),
        (.list([.stringSet(["a", "b"]), 1]), .list([.stringSet(["b", "a"]), 1]), false),
        (.list([.stringSet(["a", "b"]), 1]), .list([.stringSet(["b", "a"]), 2]), true),
        (.map(["x": .stringSet(["a", "b"])]), .map(["x": .stringSet(["b", "a"])]), false),
        (.map(["x": 1]), .map(["y": 1]), true), (.stringSet(["a"]), .list(["a"]), true), (1, 2, true),
        ("a", "b", true), (.binary([1]), .binary([2]), true), ("1", 1, true), (.bool(true), .bool(false), true),
        (.null, .bool(true), true), (.number(ItemNumber(5)), .number(ItemNumber(-5)), true),
    ]
    @Test(arguments: samesRows)
    func `a change of the same size is told from none`(
        row: (before: AttributeValue, after: AttributeValue, isChange: Bool)
    ) throws {
        let database = try ItemDatabase.forTest()
        let table = try database.makeTable(stream: .keysOnly)
        for value in [row.before, row.after] {
            // A set before and behind the value: reading goes on at the right place.
            let set: AttributeValue = value == row.before ? .stringSet(["m", "n"]) : .stringSet(["n", "m"])
            try database.put(["pk": "a", "sk": "s", "r": set, "v": value, "w": set], in: table)
        }
        #expect(try database.changes(of: #require(table.stream), limit: 9).count == (row.isChange ? 2 : 1))
    }

    @Test func `records go after 24 hours, their numbers rise on, also after a restart`() throws {
        let directory = TestDirectory()
        let clock = TestClock()
        var database = try ItemDatabase.open(directory.file, options: clock.options)
        var table = try database.makeTable(stream: .newImage)
        let stream = try #require(table.stream)
        try database.put(["pk": "a", "sk": "s", "n": 1], in: table)
        let first = try #require(try database.changes(of: stream, limit: 1).first)
        clock.advance(.seconds(24 * 60 * 60))
        try database.put(["pk": "b", "sk": "s"], in: try database.makeTable("Other"))
        #expect(try database.changes(of: stream, limit: 10).count == 1)
        clock.advance(.seconds(61))
        try database.put(["pk": "c", "sk": "s"], in: try #require(database.table(named: "Other")))
        #expect(try database.changes(of: stream, limit: 10).isEmpty && database.changeBounds(of: stream) == nil)
        database.close()
        database = try ItemDatabase.open(directory.file, options: clock.options)
        table = try #require(database.table(named: "T"))
        try database.put(["pk": "a", "sk": "s", "n": 2], in: table)
        let second = try #require(try database.changes(of: stream, limit: 1).first)
        #expect(second.sequence > first.sequence)
    }

    /// The greatest numbers were deleted, and the process ended without a word.
    @Test func `numbers rise on after a crash, too`() async throws {
        let directory = TestDirectory()
        await #expect(processExitsWith: .exitCode(7)) { [path = directory.file as String] in
            let clock = TestClock()
            let database = try ItemDatabase.open(path, options: clock.options)
            let table = try database.makeTable(stream: .newImage)
            for number in 0..<10 { try database.put(["pk": "a", "sk": "s", "n": .number(number)], in: table) }
            clock.advance(.seconds(24 * 60 * 60 + 61))
            try database.makeTable("Other")
            try #require(try database.changeBounds(of: #require(table.stream)) == nil)
            exit(7)
        }
        let database = try ItemDatabase.open(directory.file, options: TestClock().options)
        let table = try #require(database.table(named: "T"))
        try database.put(["pk": "b", "sk": "s"], in: table)
        #expect(try database.changeBounds(of: #require(table.stream)) == 11...11)
    }

    @Test func `an ended stream is readable for 24 hours, a new one begins empty`() throws {
        let clock = TestClock()
        let database = try ItemDatabase.forTest(clock)
        let table = try database.makeTable(stream: .newImage)
        let first = try #require(table.stream)
        try database.put(["pk": "a", "sk": "s", "n": 1], in: table)
        func update(_ change: TableUpdate.Change<StreamView>) throws -> Table {
            var update = TableUpdate()
            update.stream = change
            let made = update
            return try database.answer { database.updateTable("T", made, completion: $0) }
        }
        #expect(try update(.clear).stream == nil)
        try database.put(["pk": "b", "sk": "s", "n": 1], in: table)
        let second = try #require(try update(.set(.oldImage)).stream)
        _ = try database.answer { database.deleteTable("T", completion: $0) }
        #expect(try Self.lines(database.changes(of: first, limit: 9)) == ["a - 1"])
        #expect(try database.changes(of: second, limit: 9).isEmpty)
        #expect(
            database.streams.map(\.id) == [first.id, second.id]
                && database.streams.allSatisfy { $0.endedAt == clock.now })
        clock.advance(.seconds(24 * 60 * 60 + 61))
        try database.makeTable("Other")
        #expect(database.streams.isEmpty)
    }

    static let expiries: [(value: AttributeValue, isDue: Bool)] = [
        (.number(1_700_000_000), true), (.number(1_700_000_001), false), (.number(1_699_999_999), true),
        (.number(1_700_000_000 - 5 * 365 * 86_400 + 1), true), (.number(1_700_000_000 - 5 * 365 * 86_400), false),
        (.string("1"), false), (.number(0), false),
    ]
    @Test(arguments: expiries) func `items expire at their time`(row: (value: AttributeValue, isDue: Bool)) throws {
        let database = try ItemDatabase.forTest()
        let table = try database.makeTable(stream: .oldImage, timeToLive: "ttl")
        let item: Item = ["pk": "a", "sk": "s", "n": 1, "ttl": row.value]
        try database.put(item, in: table)
        #expect(try database.answer { database.expire(completion: $0) } == (row.isDue ? 1 : 0))
        #expect(try database.item(table, item)?.item == (row.isDue ? nil : item))
        let records = try database.changes(of: #require(table.stream), limit: 9)
        #expect(Self.lines(records) == ["a - 1"] + (row.isDue ? ["a expired 1 -"] : []))
    }

    @Test func `the next expiry follows the items and the setting`() throws {
        let clock = TestClock()
        let database = try ItemDatabase.forTest(clock)
        let table = try database.makeTable()
        let soon = clock.now.secondsRoundedDown + 60
        for (name, time) in [("a", soon + 10), ("b", soon)] {
            try database.put(
                ["pk": .string(name), "sk": "s", "ttl": .number(Int(time)), "other": .number(Int(soon) + 99)], in: table
            )
        }
        #expect(try database.nextExpiry() == nil)
        func setTimeToLive(_ change: TableUpdate.Change<String>) throws {
            var update = TableUpdate()
            update.timeToLive = change
            let made = update
            _ = try database.answer { database.updateTable("T", made, completion: $0) }
        }
        try setTimeToLive(.set("ttl"))
        #expect(try database.nextExpiry() == Timestamp(seconds: soon))
        try database.delete(["pk": "b", "sk": "s"], in: table)
        #expect(try database.nextExpiry() == Timestamp(seconds: soon + 10))
        try setTimeToLive(.set("other"))
        #expect(try database.nextExpiry() == Timestamp(seconds: soon + 99))
        clock.advance(.seconds(160))
        #expect(try database.answer { database.expire(completion: $0) } == 1)
        #expect(try database.nextExpiry() == nil)
        try setTimeToLive(.clear)
        #expect(try database.nextExpiry() == nil)
    }
}
