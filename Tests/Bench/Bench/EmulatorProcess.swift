import Glibc
import JSON
import Time

/// A running `emulator start` of the build under measurement.
final class EmulatorProcess {
    let port: Int
    let pid: pid_t
    /// From the start of the process to the line with its address.
    let readyMilliseconds: Double
    private let output: UnsafeMutablePointer<FILE>

    /// - Parameters:
    ///   - build: the folder with the executables.
    ///   - functions: the folder with the functions; the build's own if nil.
    convenience init(
        build: String, template: String, functions: String? = nil, arguments: [String] = []
    ) throws(LoadGenerator.Failure) {
        try self.init(
            [
                "\(build)/emulator", "start", "--port", "0", "--quiet", "--template", template, "--functions",
                functions ?? build,
            ] + arguments)
    }

    /// `emulator dynamodb`, without a template.
    convenience init(dynamoDBOf build: String, arguments: [String] = []) throws(LoadGenerator.Failure) {
        try self.init(["\(build)/emulator", "dynamodb", "--port", "0"] + arguments)
    }

    private init(_ command: [String]) throws(LoadGenerator.Failure) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw LoadGenerator.Failure(description: "no pipe") }
        let started = LoadGenerator.now()
        pid = try ChildProcess.start(command, output: ends[1])
        close(ends[1])
        _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
        output = fdopen(ends[0], "r")
        var line = [CChar](repeating: 0, count: 4_096)
        var found: Int?
        var seen = ""
        while found == nil, fgets(&line, Int32(line.count), output) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            seen += text
            if let match = text.firstMatch(of: /http:\/\/127\.0\.0\.1:(\d+)/) { found = Int(match.1) }
        }
        readyMilliseconds = Double(LoadGenerator.now() - started) / 1e6
        guard let found else { throw LoadGenerator.Failure(description: "the emulator did not start: \(seen)") }
        port = found
    }

    /// MiB resident, now and at the peak.
    var memory: (now: Double, peak: Double) { ProcessFigures.memory(of: pid) }

    /// Seconds of processor time so far.
    var processorSeconds: Double { ProcessFigures.processorSeconds(of: pid) }

    /// Milliseconds since 1970, by the emulator's clock.
    func clock() throws(LoadGenerator.Failure) -> Int {
        var now: Timestamp?
        _ = try LoadGenerator(port: port).run(count: 1, connections: 1) { _ in
            HTTPRequests.get("/_emulator/clock", headers: "")
        } accepts: { _, body in
            now = ((try? parseJSON(Array(body)))?["now"]?.string).flatMap { Timestamp(rfc3339: $0) }
            return now != nil
        }
        return Int(now?.milliseconds ?? 0)
    }

    /// Moves the emulator's clock, and returns when nothing is left to do.
    func advance(to milliseconds: Int) throws(LoadGenerator.Failure) {
        // All that falls due on the way is done before the answer.
        let patience: Int32 = 600
        let body: JSONValue = ["to": .string(Timestamp(milliseconds: Int64(milliseconds)).description)]
        _ = try LoadGenerator(port: port, patience: patience).run(count: 1, connections: 1) { _ in
            HTTPRequests.post("/_emulator/clock", body: body.compactBytes, headers: "")
        } accepts: { status, _ in
            status == 200
        }
    }

    func stop() {
        kill(pid, SIGTERM)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        fclose(output)
    }
}

enum ChildProcess {
    /// - Parameter error: where its standard error goes; where ours goes if nil.
    static func start(
        _ command: [String], output: Int32, error: Int32? = nil
    ) throws(LoadGenerator.Failure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        if let error { posix_spawn_file_actions_adddup2(&actions, error, 2) }
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var pid: pid_t = 0
        guard posix_spawnp(&pid, command[0], &actions, nil, &arguments, environ) == 0 else {
            throw LoadGenerator.Failure(description: "\(command[0]) can't be started: build it first")
        }
        return pid
    }
}
