import Glibc
import JSON

/// Starts of a function's process, seen from the other end of the Runtime API: to its first `next`, and to its first
/// reply, before which it writes to the store: CastVote after a read, the others at once.
struct ColdStartBenchmark {
    let build: String
    /// The emulator whose DynamoDB is written to.
    let emulatorPort: Int
    let table: String
    let rounds: Int

    private struct Start {
        var nextMilliseconds: Double
        var replyMilliseconds: Double
    }

    /// - Parameter functions: executables and the event that makes each write; measured in turn, so that a slow
    ///   moment of the machine meets all of them.
    func run(_ functions: [(name: String, event: [UInt8])]) throws(LoadGenerator.Failure) -> ResultTable {
        var result = ResultTable(
            "Cold start of a process, \(rounds) starts in turn, medians",
            columns: ["function", "to first next, ms", "to first reply, ms", "peak MiB"])
        var starts: [String: [Start]] = [:]
        var memory: [String: Double] = [:]
        for _ in 0..<rounds {
            for (name, event) in functions {
                let (start, peak) = try measure(name, event)
                starts[name, default: []].append(start)
                memory[name] = max(memory[name] ?? 0, peak)
            }
        }
        for (name, _) in functions {
            let all = starts[name] ?? []
            result.add([
                name, figure(median(all.map(\.nextMilliseconds))), figure(median(all.map(\.replyMilliseconds))),
                figure(memory[name] ?? 0),
            ])
        }
        return result
    }

    private func measure(_ name: String, _ event: [UInt8]) throws(LoadGenerator.Failure) -> (Start, Double) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        _ = fcntl(listener, F_SETFD, FD_CLOEXEC)
        let port = try RuntimeAPIPeer.listen(on: listener)
        let variables = [
            "AWS_LAMBDA_RUNTIME_API=127.0.0.1:\(port)", "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=local",
            "AWS_SECRET_ACCESS_KEY=local", "AWS_ENDPOINT_URL=http://127.0.0.1:\(emulatorPort)", "BENCH_TABLE=\(table)",
            "USERS_TABLE=bundle-UsersTable", "VOTINGS_TABLE=\(table)", "INVENTORY_TABLE=bundle-InventoryTable",
            "ORDERS_TABLE=bundle-OrdersTable", "AWS_LAMBDA_LOG_LEVEL=ERROR",
        ]
        let started = LoadGenerator.now()
        let pid = try RuntimeAPIPeer.start("\(build)/\(name)", variables)
        defer {
            kill(pid, SIGKILL)
            var status: Int32 = 0
            waitpid(pid, &status, 0)
        }
        var connection = try RuntimeAPIPeer.accept(listener)
        defer { close(connection) }
        try RuntimeAPIPeer.readRequest(connection)
        let next = LoadGenerator.now()
        try RuntimeAPIPeer.handOut(event, to: connection, functionName: name)
        // A client that does not keep its connection comes back on another one.
        if waitForInput(connection, orNew: listener) == listener {
            close(connection)
            connection = try RuntimeAPIPeer.accept(listener)
        }
        try RuntimeAPIPeer.readRequest(connection)
        let reply = LoadGenerator.now()
        let memory = ProcessFigures.memory(of: pid).peak
        return (
            Start(nextMilliseconds: Double(next - started) / 1e6, replyMilliseconds: Double(reply - started) / 1e6),
            memory
        )
    }

    private func waitForInput(_ first: Int32, orNew second: Int32) -> Int32 {
        var descriptors = [first, second].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        poll(&descriptors, 2, 10_000)
        // A closed connection is readable too, with nothing in it.
        var byte: UInt8 = 0
        if descriptors[0].revents != 0, recv(first, &byte, 1, Int32(MSG_PEEK)) > 0 { return first }
        return second
    }
}
