/// The benchmarks in their order, each against an emulator of its own.
struct Benchmarks {
    let options: Options
    private var build: String { options.build }
    private var isTiny: Bool { options.isTiny }

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
        // One write, as the yardstick makes.
        let signIn = try TemporaryTemplate.text(of: "events/RecordSignIn/signed-in.json")
        print(
            try cold.run([
                ("CastVote", vote), ("RecordSignIn", Array(signIn.utf8)), ("CurlFunction", Array("{}".utf8)),
            ]).text)
    }

    func votes() throws(LoadGenerator.Failure) {
        let emulator = try EmulatorProcess(build: build, template: Self.template)
        defer { emulator.stop() }
        let table = try VoteBenchmark(port: emulator.port, count: isTiny ? 50 : 10_000).run()
        print(table.text)
        printMemory(of: emulator)
    }

    func liveFinal() throws(LoadGenerator.Failure) {
        let template = try PoolUsers.template(of: Self.template)
        let emulator = try EmulatorProcess(build: build, template: template.path)
        defer { emulator.stop() }
        print(try LiveFinalBenchmark(emulator: emulator, size: isTiny ? .tiny : .full).run().text)
        printMemory(of: emulator)
        printProcessorTime(of: emulator)
    }

    /// Where the time went.
    private func printProcessorTime(of emulator: EmulatorProcess) {
        var seconds: [String: Double] = [:]
        for pid in ProcessFigures.children(of: emulator.pid) {
            seconds[ProcessFigures.name(of: pid), default: 0] += ProcessFigures.processorSeconds(of: pid)
        }
        let parts = seconds.sorted { $0.value > $1.value }.map { "\($0.key) \(figure($0.value))" }
        print(
            "Seconds of processor time: emulator \(figure(emulator.processorSeconds)), \(parts.joined(separator: ", "))"
        )
    }

    func services() throws(LoadGenerator.Failure) {
        print(try ServiceBenchmark(build: build, count: isTiny ? 100 : 10_000).run().text)
        print(try SocketBenchmark(build: build, sockets: isTiny ? 20 : 1_000).run().text)
    }

    func dynamoDB() throws(LoadGenerator.Failure) {
        let emulator = try EmulatorProcess(dynamoDBOf: build)
        defer { emulator.stop() }
        let benchmark = DynamoDBBenchmark(
            load: LoadGenerator(port: emulator.port), pid: emulator.pid, count: isTiny ? 50 : 20_000)
        print(try benchmark.run(connections: isTiny ? [1, 8] : [1, 8, 64]).text)
        var ready: [Double] = []
        for _ in 0..<(isTiny ? 1 : 15) {
            let emulator = try EmulatorProcess(dynamoDBOf: build)
            ready.append(emulator.readyMilliseconds)
            emulator.stop()
        }
        print("\nDynamoDB alone is ready after \(figure(median(ready))) ms (median)")
    }

    /// Memory, and what a get costs, as a table grows.
    func growth() throws(LoadGenerator.Failure) {
        let emulator = try EmulatorProcess(dynamoDBOf: build)
        defer { emulator.stop() }
        let growth = DynamoDBGrowth(
            load: LoadGenerator(port: emulator.port), pid: emulator.pid, gets: isTiny ? 10 : 4_000,
            rounds: isTiny ? 1 : 5)
        let sizes = isTiny ? [100, 200] : [1_000, 100_000, 1_000_000, options.itemsMax]
        print(try growth.run(sizes: sizes.filter { $0 <= options.itemsMax }).text)
    }

    /// The endpoint and the store beside SQLite itself.
    func sqlite() throws(LoadGenerator.Failure) {
        print(try SQLiteBenchmark(build: build, count: isTiny ? 50 : 20_000, rounds: isTiny ? 1 : 5).run().text)
    }

    /// Other DynamoDBs: those asked for, else moto if it is installed.
    func beside() throws(LoadGenerator.Failure) {
        var peers = options.peers
        if peers.isEmpty, Peer.isInPath("moto_server") { peers = [("moto", "moto_server -p {port}")] }
        for (name, place) in peers {
            let emulator = try EmulatorProcess(dynamoDBOf: build)
            defer { emulator.stop() }
            let peer = try Peer(name: name, place: place)
            defer { peer.stop() }
            print(try BesideBenchmark(ours: emulator, peer: peer, isTiny: isTiny).run().text)
        }
    }

    private func printMemory(of emulator: EmulatorProcess) {
        let functions = ProcessFigures.children(of: emulator.pid).map { ProcessFigures.memory(of: $0).peak }
        print("\nPeak memory: emulator \(figure(emulator.memory.peak)) MiB", terminator: "")
        print(functions.isEmpty ? "" : ", a function \(figure(functions.max() ?? 0)) MiB")
    }
}
