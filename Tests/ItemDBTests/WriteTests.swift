import Expressions
import ItemDB
import Items
import Synchronization
import Testing

struct WriteTests {
    @Test func `what fails in a batch leaves the rest alone`() throws {
        let database = try ItemDatabase.forTest()
        let table = try database.makeTable()
        let results = Mutex<[Int: String]>([:])
        let done = Awaited<Void>()
        for index in 0..<200 {
            // Every third needs an item that is not there; every fifth can't be changed.
            let mutation = try Mutation.update(
                ["pk": .string("\(index)"), "sk": "s"], in: table, if: { index % 3 != 0 || $0 != nil }
            ) { _ throws(ExpressionError) in
                if index % 5 == 0 { throw ExpressionError("no") }
                return ["n": .number(index)]
            }
            database.write(mutation) { result in
                let text =
                    switch result {
                    case .success: "written";
                    case .failure(let failure): failure.name
                    }
                let count = results.withLock { results in
                    results[index] = text
                    return results.count
                }
                if count == 200 { done.fulfil(()) }
            }
        }
        done.wait()
        for index in 0..<200 {
            let expected = index % 3 == 0 ? "conditionFailed(none)" : index % 5 == 0 ? "rejected(no)" : "written"
            #expect(results.withLock { $0[index] } == expected)
            let stored = try database.item(table, ["pk": .string("\(index)"), "sk": "s"])?.item
            #expect((stored?["n"]?.integer == index) == (expected == "written"))
        }
    }

    @Test func `writes to one item never cross`() async throws {
        let database = try ItemDatabase.forTest()
        let table = try database.makeTable()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<100 {
                        let mutation = try? Mutation.update(["pk": "p", "sk": "s"], in: table) { item in
                            var item = item ?? [:]
                            item["n"] = .number((item["n"]?.integer ?? 0) + 1)
                            return item
                        }
                        guard let mutation else { continue }
                        await withCheckedContinuation { continuation in
                            database.write(mutation) { _ in continuation.resume() }
                        }
                    }
                }
            }
        }
        #expect(try database.item(table, ["pk": "p", "sk": "s"])?.item["n"] == 800)
    }

    @Test func `an item of 400 KB is stored, one byte more is refused`() throws {
        let database = try ItemDatabase.forTest()
        let table = try database.makeTable()
        // The names pk, sk and d, and two values of one byte.
        for (size, fits) in [(409_600 - 7, true), (409_601 - 7, false)] {
            let item: Item = ["pk": "p", "sk": "s", "d": .string(String(repeating: "d", count: size))]
            let result = Result { try database.put(item, in: table) }
            #expect((try? result.get().new?.item == item) == (fits ? true : nil))
        }
    }

    @Test func `a change to nil of no item writes nothing`() throws {
        let database = try ItemDatabase.forTest()
        let table = try database.makeTable()
        let mutation = try Mutation.update(["pk": "p", "sk": "s"], in: table) { $0 }
        #expect(try database.answer { database.write(mutation, completion: $0) }.new == nil)
        #expect(try database.item(table, ["pk": "p", "sk": "s"]) == nil)
    }

    @Test func `a transaction does all or nothing, and says why in order`() throws {
        let database = try ItemDatabase.forTest()
        let table = try database.makeTable()
        func key(_ name: String) -> Item { ["pk": .string(name), "sk": "s"] }
        try database.put(key("a"), in: table)
        let failing = [
            try Mutation.put(key("b"), in: table), try Mutation.put(key("a"), in: table, if: { $0 == nil }),
            try Mutation.check(key("a"), in: table, if: { $0 != nil }),
            try Mutation.delete(key("c"), in: table, if: { $0 != nil }),
        ]
        let failure = #expect(throws: WriteFailure.self) {
            try database.answer { database.transact(failing, completion: $0) }
        }
        #expect(failure?.name == "cancelled(-,conditionFailed(item),-,conditionFailed(none))")
        #expect(try database.all(.scan(table)) == [key("a")])
        let passing = [try Mutation.put(key("b"), in: table), try Mutation.delete(key("a"), in: table)]
        let outcome = try database.answer { database.transact(passing, completion: $0) }
        #expect(outcome.outcomes.map { $0.old?.item } == [nil, key("a")] && !outcome.isRepeat)
        #expect(try database.all(.scan(table)) == [key("b")])
    }

    @Test func `a token holds for ten minutes, for its own request, and survives a restart`() throws {
        let directory = TestDirectory()
        let clock = TestClock()
        var database = try ItemDatabase.open(directory.file, options: clock.options)
        var table = try database.makeTable()
        func add(_ token: String, _ fingerprint: [UInt8]) throws -> Bool {
            let mutation = try Mutation.update(["pk": "p", "sk": "s"], in: table) { item in
                ["n": .number((item?["n"]?.integer ?? 0) + 1)]
            }
            return try database.answer {
                database.transact([mutation], token: TransactionToken(token, fingerprint: fingerprint), completion: $0)
            }.isRepeat
        }
        func count() throws -> Int? { try database.item(table, ["pk": "p", "sk": "s"])?.item["n"]?.integer }
        #expect(try add("t", [1]) == false)
        #expect(try add("t", [1]) == true)
        #expect(try add("u", [1]) == false)
        let failure = #expect(throws: WriteFailure.self) { try add("t", [2]) }
        #expect(try failure?.name == "tokenReused" && count() == 2)
        database.close()
        database = try ItemDatabase.open(directory.file, options: clock.options)
        table = try #require(database.table(named: "T"))
        clock.advance(.milliseconds(599_999))
        #expect(try add("t", [1]) == true)
        clock.advance(.milliseconds(1))
        #expect(try add("t", [2]) == false)
        #expect(try count() == 3)
    }

    @Test func `a failed transaction leaves no token`() throws {
        let database = try ItemDatabase.forTest()
        let table = try database.makeTable()
        let item: Item = ["pk": "p", "sk": "s"]
        func delete() throws -> TransactionOutcome {
            let mutation = try Mutation.delete(item, in: table, if: { $0 != nil })
            return try database.answer {
                database.transact([mutation], token: TransactionToken("t", fingerprint: [1]), completion: $0)
            }
        }
        #expect(throws: WriteFailure.self) { try delete() }
        try database.put(item, in: table)
        #expect(try delete().isRepeat == false)
    }

    /// One more than may wait is refused at once, and what waited is carried out.
    @Test func `the queue has a ceiling`() throws {
        let database = try ItemDatabase.forTest()
        let table = try database.makeTable()
        let (entered, go) = (Awaited<Void>(), Awaited<Void>())
        let counts = Mutex<(written: Int, throttled: Int)>((0, 0))
        let written = Awaited<Void>()
        // Table changes are carried out on the writer's own thread, which this one keeps busy.
        database.createTable(TableDefinition(name: "U", key: .strings)) { _ in
            entered.fulfil(())
            go.wait()
        }
        entered.wait()
        for index in 0...ItemDatabase.waitingMax {
            database.write(try Mutation.put(["pk": .string("\(index)"), "sk": "s"], in: table)) { result in
                let count = counts.withLock { counts in
                    if case .failure(.throttled) = result { counts.throttled += 1 } else { counts.written += 1 }
                    return counts.written
                }
                if count == ItemDatabase.waitingMax { written.fulfil(()) }
            }
        }
        #expect(counts.withLock { $0 } == (0, 1))
        go.fulfil(())
        written.wait()
        #expect(database.count(table).items == ItemDatabase.waitingMax)
    }
}
