import JSON

/// The benchmarks in their order, each against an emulator of its own.
struct Benchmarks {
    let build: String
    let isTiny: Bool
    /// The largest table that a get is measured on.
    let itemsMax: Int

    private static let template = "template.yaml"

    func start() throws(LoadGenerator.Failure) {
        var table = ResultTable("Start of the emulator, with the template and the seed", columns: ["figure", "value"])
        var ready: [Double] = []
        var idle: [Double] = []
        for _ in 0..<(isTiny ? 2 : 15) {
            let emulator = try EmulatorProcess(build: build, template: Self.template)
            ready.append(emulator.readyMilliseconds)
            idle.append(emulator.memory.now)
            emulator.stop()
        }
        table.add(["ready, median ms", figure(median(ready))])
        table.add(["resident when idle, median MiB", figure(median(idle))])
        print(table.text)
    }

    func lambda() throws(LoadGenerator.Failure) {
        print(try InvokeBenchmark(build: build, count: isTiny ? 100 : 20_000).run().text)
        print(try LoopBenchmark(build: build, count: isTiny ? 100 : 50_000).run().text)
        let emulator = try EmulatorProcess(build: build, template: Self.template)
        defer { emulator.stop() }
        let cold = ColdStartBenchmark(
            build: build, emulatorPort: emulator.port, table: "bundle-VotingsTable", rounds: isTiny ? 2 : 25)
        let vote = try VoteBenchmark(port: emulator.port, count: 0).coldVote()
        print(try cold.run([("CastVote", vote), ("CurlFunction", Array("{}".utf8))]).text)
    }

    func votes() throws(LoadGenerator.Failure) {
        let emulator = try EmulatorProcess(build: build, template: Self.template)
        defer { emulator.stop() }
        let table = try VoteBenchmark(port: emulator.port, count: isTiny ? 50 : 10_000).run()
        print(table.text)
        printMemory(of: emulator)
    }

    func dynamoDB() throws(LoadGenerator.Failure) {
        let emulator = try EmulatorProcess(dynamoDBOf: build)
        defer { emulator.stop() }
        let benchmark = DynamoDBBenchmark(port: emulator.port, pid: emulator.pid, count: isTiny ? 50 : 20_000)
        print(try benchmark.run(connections: isTiny ? [1, 8] : [1, 8, 64]).text)
        print(try dynamoDBAlone().text)
    }

    /// Start, memory, and what a get costs as the table grows, of a DynamoDB without a template.
    private func dynamoDBAlone() throws(LoadGenerator.Failure) -> ResultTable {
        var table = ResultTable(
            "DynamoDB alone, items of 1 KB",
            columns: ["items", "resident MiB", "get p50 µs", "get p99 µs", "CPU µs each"])
        var ready: [Double] = []
        for _ in 0..<(isTiny ? 1 : 15) {
            let emulator = try EmulatorProcess(dynamoDBOf: build)
            ready.append(emulator.readyMilliseconds)
            emulator.stop()
        }
        print("\nDynamoDB alone is ready after \(figure(median(ready))) ms (median)")
        let emulator = try EmulatorProcess(dynamoDBOf: build)
        defer { emulator.stop() }
        let growth = DynamoDBGrowth(port: emulator.port, pid: emulator.pid, gets: isTiny ? 50 : 20_000)
        try growth.createTable()
        var filled = 0
        for items in isTiny ? [100, 200] : [1_000, 100_000, itemsMax] where items > filled {
            try growth.fill(from: filled, to: items)
            filled = items
            table.add(try growth.row(items: items))
        }
        return table
    }

    private func printMemory(of emulator: EmulatorProcess) {
        let functions = ProcessFigures.children(of: emulator.pid).map { ProcessFigures.memory(of: $0).peak }
        print("\nPeak memory: emulator \(figure(emulator.memory.peak)) MiB", terminator: "")
        print(functions.isEmpty ? "" : ", a function \(figure(functions.max() ?? 0)) MiB")
    }
}
