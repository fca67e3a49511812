import Expressions
import ItemDB
import Items
import Testing

struct ReadTests {
    private static func filled(_ count: Int, sizeBytes: Int) throws -> (ItemDatabase, Table) {
        let database = try ItemDatabase.forTest()
        let table = try database.makeTable(
            key: KeySchema(partition: KeyAttribute("p", .string), sort: KeyAttribute("s", .number)))
        for index in 0..<count {
            // "p" + "x" + "s" + number + "d"
            let rest = String(repeating: "d", count: sizeBytes - 4 - ItemNumber(index).sizeBytes)
            try database.put(["p": "x", "s": .number(index), "d": .string(rest)], in: table)
        }
        return (database, table)
    }

    @Test func `a page ends with the item that takes it past 1 MB`() throws {
        // 102 items of 10,280 bytes are 1,048,560, sixteen bytes short of 1 MB.
        let (database, table) = try Self.filled(105, sizeBytes: 10_280)
        let page = try database.page(ReadRequest(table, rows: .partition("x", nil)))
        #expect(page.scannedCount == 103 && page.scannedSizeBytes == 103 * 10_280)
        #expect(page.lastKey == ["p": "x", "s": 102])
        let exact = try Self.filled(5, sizeBytes: 262_144)
        let rest = try exact.0.page(ReadRequest(exact.1, rows: .partition("x", nil)))
        #expect(rest.scannedCount == 5 && rest.lastKey == ["p": "x", "s": 4])
    }

    static let limits: [(limit: Int, last: Int?)] = [(1, 0), (9, 8), (10, 9), (11, nil)]
    @Test(arguments: limits) func `a page that reaches the limit can be gone on from`(row: (limit: Int, last: Int?))
        throws
    {
        let (database, table) = try Self.filled(10, sizeBytes: 20)
        var request = ReadRequest(table, rows: .partition("x", nil))
        request.limit = row.limit
        let page = try database.page(request)
        #expect(page.count == min(row.limit, 10))
        #expect(page.lastKey?["s"] == row.last.map { .number($0) })
        request.after = page.lastKey
        #expect(try row.last == nil || database.page(request).count == min(row.limit, 10 - row.limit))
    }

    @Test func `the filter comes after the limit, and a count needs no items`() throws {
        let (database, table) = try Self.filled(10, sizeBytes: 20)
        var request = ReadRequest(table, rows: .partition("x", .greater(1)))
        request.limit = 4
        request.filter = { $0["s"]?.integer.map { $0 % 2 == 0 } ?? false }
        let page = try database.page(request)
        #expect(page.items.compactMap { $0.item["s"]?.integer } == [2, 4])
        #expect(page.count == 2 && page.scannedCount == 4 && page.lastKey?["s"] == 5)
        request.countsOnly = true
        let count = try database.page(request)
        #expect(count.items.isEmpty && count.count == 2 && count.scannedCount == 4)
    }

    @Test(arguments: [1, 2, 3, 7, 1_000_000]) func `segments share out the table`(segments: Int) throws {
        let database = try ItemDatabase.forTest()
        let table = try database.makeTable()
        for index in 0..<100 {
            try database.put(["pk": .string("p\(index / 2)"), "sk": .string("\(index)")], in: table)
        }
        var found: [Item] = []
        // Of a million segments, only those that hold something are worth asking.
        let asked = segments <= 7 ? Array(0..<segments) : []
        for segment in asked {
            var request = ReadRequest(table, rows: .segment(index: segment, count: segments))
            request.limit = 3
            found += try database.all(request)
        }
        if asked.isEmpty {
            let first = try database.page(ReadRequest(table, rows: .segment(index: 0, count: segments)))
            let last = try database.page(ReadRequest(table, rows: .segment(index: segments - 1, count: segments)))
            #expect(first.count + last.count <= 4)
        } else {
            #expect(found.count == 100 && Set(found).count == 100)
        }
    }

    @Test func `several items are of one moment, absent ones nil`() throws {
        let (database, table) = try Self.filled(3, sizeBytes: 20)
        let keys: [Item] = [["p": "x", "s": 2], ["p": "y", "s": 0], ["p": "x", "s": 0]]
        let items = try database.items(keys.map { (table, $0) })
        #expect(items.map { $0?.item["s"]?.integer } == [2, nil, 0])
    }

    @Test func `reads follow writes at once, from every thread`() async throws {
        let database = try ItemDatabase.forTest()
        let table = try database.makeTable()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for step in 0..<50 {
                        let item: Item = ["pk": .string("\(task)"), "sk": "s", "step": .number(step)]
                        let mutation = try Mutation.put(item, in: table)
                        let seen: Item? = await withCheckedContinuation { continuation in
                            database.write(mutation) { _ in
                                continuation.resume(returning: try? database.item(table, item)?.item)
                            }
                        }
                        #expect(seen == item)
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
