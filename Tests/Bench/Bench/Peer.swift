import Glibc

/// Another DynamoDB: one that runs at a URL, or a command that is started for the measurement.
final class Peer {
    let name: String
    let load: LoadGenerator
    /// Of the command; nil for a URL.
    let pid: pid_t?
    /// From the start of the command to the first answer.
    private(set) var readyMilliseconds: Double?

    private static let startSecondsMax = 60

    /// - Parameter place: a command in which `{port}` stands for the port to listen at, or `http://HOST:PORT`.
    init(name: String, place: String) throws(LoadGenerator.Failure) {
        self.name = name
        if let url = place.wholeMatch(of: /http:\/\/([^:\/]+):(\d+)\/?/), let port = Int(url.2) {
            load = LoadGenerator(host: try Self.address(of: String(url.1)), port: port)
            pid = nil
            try waitForAnswer()
        } else {
            let port = try Self.freePort()
            load = LoadGenerator(port: port)
            let words = place.split(separator: " ").map { $0 == "{port}" ? String(port) : String($0) }
            let started = LoadGenerator.now()
            let nowhere = open("/dev/null", O_WRONLY)
            defer { close(nowhere) }
            pid = try ChildProcess.start(words, output: nowhere, error: nowhere)
            do {
                try waitForAnswer()
            } catch {
                stop()
                throw error
            }
            readyMilliseconds = Double(LoadGenerator.now() - started) / 1e6
        }
    }

    /// Processor time in seconds so far; nil where it can't be seen.
    var processorSeconds: Double? {
        pid.map { pid in
            ([pid] + ProcessFigures.children(of: pid)).reduce(0) { $0 + ProcessFigures.processorSeconds(of: $1) }
        }
    }

    func stop() {
        guard let pid else { return }
        kill(pid, SIGTERM)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
    }

    static func isInPath(_ command: String) -> Bool {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        return path.split(separator: ":").contains { access("\($0)/\(command)", X_OK) == 0 }
    }

    private func waitForAnswer() throws(LoadGenerator.Failure) {
        let request = HTTPRequests.dynamoDB("ListTables", "{}", headers: BesideBenchmark.headers)
        for _ in 0..<Self.startSecondsMax * 20 {
            let result = try? load.run(count: 1, connections: 1) { _ in
                request
            } accepts: { status, _ in
                status == 200
            }
            if result != nil { return }
            usleep(50_000)
        }
        throw LoadGenerator.Failure(description: "\(name) did not answer within \(Self.startSecondsMax) seconds")
    }

    private static func freePort() throws(LoadGenerator.Failure) -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isKnown = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard isKnown else { throw LoadGenerator.Failure(description: "no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func address(of host: String) throws(LoadGenerator.Failure) -> UInt32 {
        var hints = addrinfo()
        hints.ai_family = AF_INET
        var found: UnsafeMutablePointer<addrinfo>?
        defer { freeaddrinfo(found) }
        guard getaddrinfo(host, nil, &hints, &found) == 0, let socketAddress = found?.pointee.ai_addr else {
            throw LoadGenerator.Failure(description: "\(host) is not known")
        }
        return socketAddress.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
            UInt32(bigEndian: $0.pointee.sin_addr.s_addr)
        }
    }
}
