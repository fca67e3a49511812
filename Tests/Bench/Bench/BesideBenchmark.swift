import Glibc

/// The same operations on this emulator and on another DynamoDB, in turn.
struct BesideBenchmark {
    let ours: EmulatorProcess
    let peer: Peer
    let isTiny: Bool

    /// The form of a signature: without one some peers don't know which service is meant. Nobody checks it.
    static let headers =
        "Authorization: AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/dynamodb/aws4_request, "
        + "SignedHeaders=host;x-amz-date, Signature=\(String(repeating: "0", count: 64))\r\n"
        + "X-Amz-Date: 20260101T000000Z\r\n"

    /// Requests to ours; a slow peer gets as many as it answers in about this time.
    private static let requests = 20_000
    private static let peerSeconds = 2.0

    func run() throws(LoadGenerator.Failure) -> ResultTable {
        var table = ResultTable(
            "Beside \(peer.name), items of 1 KB, \(isTiny ? 50 : Self.requests) requests each to ours"
                + Self.remarks(of: peer),
            columns: [
                "operation", "connections", "requests to \(peer.name)", "per second", peer.name, "ratio", "CPU µs each",
                "of \(peer.name)",
            ])
        let mine = benchmark(LoadGenerator(port: ours.port), ours.pid)
        let other = benchmark(peer.load, peer.pid ?? 0)
        try mine.createTable()
        try other.createTable()
        for (operation, same) in zip(mine.operations, other.operations) {
            let trial = try other.measure(same, count: 25, connections: 1)
            let count = isTiny ? 25 : max(50, min(Self.requests, Int(trial.perSecond * Self.peerSeconds)))
            for connections in isTiny ? [1] : [1, 8] {
                let processor = ours.processorSeconds
                let result = try mine.measure(operation, count: mine.count, connections: connections)
                let processorOurs = (ours.processorSeconds - processor) / Double(mine.count) * 1e6
                let before = peer.processorSeconds
                let theirs = try other.measure(same, count: count, connections: connections)
                let processorTheirs = peer.processorSeconds.flatMap { after in
                    before.map { (after - $0) / Double(count) * 1e6 }
                }
                table.add([
                    operation.name, String(connections), String(count), figure(result.perSecond),
                    figure(theirs.perSecond), ratio(result.perSecond / theirs.perSecond), figure(processorOurs),
                    processorTheirs.map(figure) ?? "–",
                ])
            }
        }
        return table
    }

    private func benchmark(_ load: LoadGenerator, _ pid: pid_t) -> DynamoDBBenchmark {
        DynamoDBBenchmark(load: load, pid: pid, count: isTiny ? 50 : Self.requests, headers: Self.headers)
    }

    private static func remarks(of peer: Peer) -> String {
        guard let ready = peer.readyMilliseconds, let pid = peer.pid else { return "" }
        let memory = ProcessFigures.memory(of: pid).now
        return "; \(peer.name) is ready after \(figure(ready)) ms with \(figure(memory)) MiB resident"
    }
}
