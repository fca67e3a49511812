import Glibc

/// What the runtime loop costs a function: processor time per invocation, decoding and encoding included, with the
/// events handed out back to back from the other end of the Runtime API.
struct LoopBenchmark {
    let build: String
    let count: Int

    func run() throws(LoadGenerator.Failure) -> ResultTable {
        var table = ResultTable(
            "The runtime loop, \(count) events of 200 B back to back", columns: ["function", "CPU µs each", "peak MiB"])
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        _ = fcntl(listener, F_SETFD, FD_CLOEXEC)
        let port = try RuntimeAPIPeer.listen(on: listener)
        let pid = try RuntimeAPIPeer.start("\(build)/Echo", ["AWS_LAMBDA_RUNTIME_API=127.0.0.1:\(port)"])
        defer {
            kill(pid, SIGKILL)
            var status: Int32 = 0
            waitpid(pid, &status, 0)
        }
        let connection = try RuntimeAPIPeer.accept(listener)
        defer { close(connection) }
        let event = InvokeBenchmark.event(bytes: 200)
        try RuntimeAPIPeer.readRequest(connection)
        let before = ProcessFigures.processorSeconds(of: pid)
        for _ in 0..<count {
            try RuntimeAPIPeer.handOut(event, to: connection, functionName: "Echo")
            try RuntimeAPIPeer.readRequest(connection)
            try RuntimeAPIPeer.accept(answerOn: connection)
            try RuntimeAPIPeer.readRequest(connection)
        }
        let seconds = ProcessFigures.processorSeconds(of: pid) - before
        table.add(["Echo", figure(seconds / Double(count) * 1e6), figure(ProcessFigures.memory(of: pid).peak)])
        return table
    }
}
