import Glibc
import JSON

/// Starts of a function's process, seen from the other end of the Runtime API: to its first `next`, and to its first
/// reply with one write to the store.
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

    /// - Parameter functions: executables and the event that makes each write once; measured in turn, so that a slow
    ///   moment of the machine meets all of them.
    func run(_ functions: [(name: String, event: [UInt8])]) throws(LoadGenerator.Failure) -> ResultTable {
        var result = ResultTable(
            "Cold start of a process, \(rounds) starts in turn, medians",
            columns: ["function", "to first next, ms", "to first reply with one write, ms", "peak MiB"])
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
        let port = try listen(on: listener)
        let variables = [
            "AWS_LAMBDA_RUNTIME_API=127.0.0.1:\(port)", "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=local",
            "AWS_SECRET_ACCESS_KEY=local", "AWS_ENDPOINT_URL=http://127.0.0.1:\(emulatorPort)", "BENCH_TABLE=\(table)",
            "USERS_TABLE=bundle-UsersTable", "VOTINGS_TABLE=\(table)", "INVENTORY_TABLE=bundle-InventoryTable",
            "ORDERS_TABLE=bundle-OrdersTable", "AWS_LAMBDA_LOG_LEVEL=ERROR",
        ]
        let started = LoadGenerator.now()
        let pid = try start("\(build)/\(name)", variables)
        defer {
            kill(pid, SIGKILL)
            var status: Int32 = 0
            waitpid(pid, &status, 0)
        }
        var connection = try accept(listener)
        defer { close(connection) }
        try readRequest(connection)
        let next = LoadGenerator.now()
        let head =
            "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: bench\r\nLambda-Runtime-Deadline-Ms: 9999999999999\r\n"
            + "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:000000000000:function:\(name)\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(event.count)\r\n\r\n"
        let answer = Array(head.utf8) + event
        _ = answer.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        // A client that does not keep its connection comes back on another one.
        if waitForInput(connection, orNew: listener) == listener {
            close(connection)
            connection = try accept(listener)
        }
        try readRequest(connection)
        let reply = LoadGenerator.now()
        let memory = ProcessFigures.memory(of: pid).peak
        return (
            Start(nextMilliseconds: Double(next - started) / 1e6, replyMilliseconds: Double(reply - started) / 1e6),
            memory
        )
    }

    private func listen(on listener: Int32) throws(LoadGenerator.Failure) -> Int {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && Glibc.listen(listener, 8) == 0
                    && getsockname(listener, $0, &length) == 0
            }
        }
        guard isListening else { throw LoadGenerator.Failure(description: "no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private func start(_ executable: String, _ variables: [String]) throws(LoadGenerator.Failure) -> pid_t {
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(executable), nil]
        var environment: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
        defer { for pointer in arguments + environment { free(pointer) } }
        var pid: pid_t = 0
        guard posix_spawn(&pid, executable, nil, nil, &arguments, &environment) == 0 else {
            throw LoadGenerator.Failure(description: "\(executable) can't be started: build it first")
        }
        return pid
    }

    private func waitForInput(_ first: Int32, orNew second: Int32) -> Int32 {
        var descriptors = [first, second].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        poll(&descriptors, 2, 10_000)
        // A closed connection is readable too, with nothing in it.
        var byte: UInt8 = 0
        if descriptors[0].revents != 0, recv(first, &byte, 1, Int32(MSG_PEEK)) > 0 { return first }
        return second
    }

    private func accept(_ listener: Int32) throws(LoadGenerator.Failure) -> Int32 {
        var descriptor = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, 10_000) == 1 else {
            throw LoadGenerator.Failure(description: "the function did not call the Runtime API within 10 seconds")
        }
        return Glibc.accept(listener, nil, nil)
    }

    /// Reads up to the end of a request's head; what follows does not matter here.
    private func readRequest(_ connection: Int32) throws(LoadGenerator.Failure) {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        repeat {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { throw LoadGenerator.Failure(description: "the function closed its connection") }
            received += buffer[..<count]
        } while received.withUnsafeBytes { HTTPHead.length(in: $0) } == nil
    }
}
