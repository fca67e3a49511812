import Glibc
import ItemDB
import Items
import Time

/// Puts and gets of the same items through the endpoint, through the store in this process, and through SQLite itself.
struct SQLiteBenchmark {
    let build: String
    /// Operations per measurement.
    let count: Int
    /// Measurements of what runs in this process, of which the median counts.
    let rounds: Int

    private static let connections = 64
    private static let itemCount = DynamoDBBenchmark.itemCount

    private struct Cost {
        var perSecond: Double
        /// Processor time of the process each, in µs.
        var processor: Double
    }

    func run() throws(LoadGenerator.Failure) -> ResultTable {
        var template = Array("/tmp/bench-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw LoadGenerator.Failure(description: "no folder in /tmp") }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let file = folder + "/items.db"
        defer {
            for name in [file, file + "-wal"] { unlink(name) }
            rmdir(folder)
        }
        let endpoint = try endpoint(file)
        let store = try store(file)
        let sqlite = try SQLiteRows(file)
        defer { sqlite.close() }
        let writes = try cost { () throws(LoadGenerator.Failure) in try sqlite.write(count, perCommit: 1) }
        let groups = try cost { () throws(LoadGenerator.Failure) in
            try sqlite.write(count, perCommit: Self.connections)
        }
        let reads = try cost { () throws(LoadGenerator.Failure) in try sqlite.read(count) }
        return table([
            ("put: SQLite, a commit each", writes, writes),
            ("put: SQLite, \(Self.connections) to a commit", groups, writes),
            ("put: the store, one thread", store.put, writes),
            ("put: the endpoint, \(Self.connections) connections", endpoint.put, writes), ("get: SQLite", reads, reads),
            ("get: the store, one thread", store.get, reads),
            ("get: the endpoint, \(Self.connections) connections", endpoint.get, reads),
        ])
    }

    private func table(_ rows: [(name: String, cost: Cost, sqlite: Cost)]) -> ResultTable {
        var table = ResultTable(
            "SQLite itself in one thread, the store, and the endpoint, the same \(Self.itemCount) rows of 1 KB",
            columns: ["operation", "per second", "of SQLite's", "CPU µs each", "of SQLite's"])
        for row in rows {
            table.add([
                row.name, figure(row.cost.perSecond), ratio(row.cost.perSecond / row.sqlite.perSecond),
                figure(row.cost.processor), ratio(row.cost.processor / row.sqlite.processor),
            ])
        }
        return table
    }

    /// The median of some rounds of `count` operations in this process.
    private func cost(_ body: () throws(LoadGenerator.Failure) -> Void) throws(LoadGenerator.Failure) -> Cost {
        var (perSecond, processor): ([Double], [Double]) = ([], [])
        for _ in 0..<rounds {
            let (started, before) = (LoadGenerator.now(), ProcessFigures.processorSeconds(of: getpid()))
            try body()
            perSecond.append(Double(count) / Double(LoadGenerator.now() - started) * 1e9)
            processor.append((ProcessFigures.processorSeconds(of: getpid()) - before) / Double(count) * 1e6)
        }
        return Cost(perSecond: median(perSecond), processor: median(processor))
    }

    /// Leaves the file with the items behind.
    private func endpoint(_ file: String) throws(LoadGenerator.Failure) -> (put: Cost, get: Cost) {
        let emulator = try EmulatorProcess(dynamoDBOf: build, arguments: ["--data", file])
        defer { emulator.stop() }
        let benchmark = DynamoDBBenchmark(load: LoadGenerator(port: emulator.port), pid: emulator.pid, count: count)
        try benchmark.createTable()
        let costs = try ["PutItem", "GetItem"].map { name throws(LoadGenerator.Failure) -> Cost in
            guard let operation = benchmark.operations.first(where: { $0.name == name }) else {
                throw LoadGenerator.Failure(description: "no operation \(name)")
            }
            let before = emulator.processorSeconds
            let result = try benchmark.measure(operation, count: count, connections: Self.connections)
            return Cost(
                perSecond: result.perSecond, processor: (emulator.processorSeconds - before) / Double(count) * 1e6)
        }
        return (costs[0], costs[1])
    }

    private func store(_ file: String) throws(LoadGenerator.Failure) -> (put: Cost, get: Cost) {
        do {
            let database = try ItemDatabase.open(file, options: DatabaseOptions(clock: { Timestamp(milliseconds: 0) }))
            defer { database.close() }
            guard let table = database.table(named: DynamoDBBenchmark.table) else {
                throw LoadGenerator.Failure(description: "no table in \(file)")
            }
            let items = try (0..<Self.itemCount).map { index -> Item in
                guard let item = try database.item(table, Self.key(index)) else {
                    throw LoadGenerator.Failure(description: "no item \(index) in \(file)")
                }
                return item.item
            }
            var written = 0
            func put() throws(LoadGenerator.Failure) {
                for index in 0..<count {
                    var item = items[index % items.count]
                    written += 1
                    item["count"] = .number(ItemNumber(written))
                    guard let mutation = try? Mutation.put(item, in: table),
                        (try? database.answer { database.write(mutation, completion: $0) }) != nil
                    else { throw LoadGenerator.Failure(description: "the store wrote nothing") }
                }
            }
            func get() throws(LoadGenerator.Failure) {
                for index in 0..<count {
                    guard (try? database.item(table, Self.key(index))) != nil else {
                        throw LoadGenerator.Failure(description: "the store read nothing")
                    }
                }
            }
            return (try cost(put), try cost(get))
        } catch let failure as LoadGenerator.Failure {
            throw failure
        } catch {
            throw LoadGenerator.Failure(description: "\(error)")
        }
    }

    private static func key(_ index: Int) -> Item {
        let item = index % itemCount
        return ["pk": .string("P\(item / 25)"), "sk": .string("S\(item % 25)")]
    }
}
