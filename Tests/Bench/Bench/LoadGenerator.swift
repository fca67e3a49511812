import Glibc

/// Sends HTTP/1.1 requests over several keep-alive connections from one thread, one request at a time on each, and
/// keeps every latency. It parses no more of an answer than status and length, so that it costs the machine little.
struct LoadGenerator {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    struct Result {
        /// Nanoseconds, sorted.
        var latencies: [UInt64]
        var seconds: Double

        var perSecond: Double { Double(latencies.count) / seconds }

        /// Microseconds at a quantile between 0 and 1.
        func microseconds(at quantile: Double) -> Double {
            guard !latencies.isEmpty else { return 0 }
            return Double(latencies[min(latencies.count - 1, Int(Double(latencies.count) * quantile))]) / 1_000
        }
    }

    private final class Connection {
        var descriptor: Int32
        var sentAt: UInt64 = 0
        var received: [UInt8] = []
        init(descriptor: Int32) { self.descriptor = descriptor }
    }

    /// IPv4, the first byte first.
    var host: UInt32 = 0x7F00_0001
    let port: Int
    /// How long no answer may come.
    var patience: Int32 = 30

    /// Sends `count` requests over `connections` connections.
    ///
    /// - Parameters:
    ///   - request: the bytes of request 0, 1, 2, …
    ///   - accepts: whether an answer counts; the first that does not ends the run.
    func run(
        count: Int, connections: Int, request: (Int) -> [UInt8],
        accepts: (_ status: Int, _ body: ArraySlice<UInt8>) -> Bool
    ) throws(Failure) -> Result {
        var open: [Connection] = []
        defer { for connection in open { close(connection.descriptor) } }
        var latencies: [UInt64] = []
        latencies.reserveCapacity(count)
        let started = Self.now()
        for _ in 0..<min(connections, count) { open.append(Connection(descriptor: try connect())) }
        var sent = 0
        for connection in open {
            try send(request(sent), on: connection)
            sent += 1
        }
        var ready = open.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        while latencies.count < count {
            let found = poll(&ready, UInt(ready.count), patience * 1_000)
            guard found > 0 || errno == EINTR else {
                throw Failure(description: "no answer within \(patience) seconds")
            }
            for (index, connection) in open.enumerated() where ready[index].revents != 0 {
                guard let answer = try receive(connection) else { continue }
                latencies.append(Self.now() - connection.sentAt)
                guard accepts(answer.status, connection.received[answer.body]) else {
                    let text = String(decoding: connection.received[answer.body].prefix(400), as: UTF8.self)
                    throw Failure(description: "unexpected answer \(answer.status): \(text)")
                }
                connection.received.removeAll(keepingCapacity: true)
                if sent < count {
                    if answer.closes { try reconnect(connection, &ready[index]) }
                    try send(request(sent), on: connection)
                    sent += 1
                } else {
                    // Nothing more comes on it.
                    ready[index].fd = -1
                }
            }
        }
        return Result(latencies: latencies.sorted(), seconds: Double(Self.now() - started) / 1e9)
    }

    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Some servers serve one request a connection.
    private func reconnect(_ connection: Connection, _ ready: inout pollfd) throws(Failure) {
        close(connection.descriptor)
        connection.descriptor = try connect()
        ready.fd = connection.descriptor
    }

    /// A connected socket.
    func connect() throws(Failure) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = host.bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw Failure(description: "no connection to port \(port)") }
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        return descriptor
    }

    private func send(_ bytes: [UInt8], on connection: Connection) throws(Failure) {
        connection.sentAt = Self.now()
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(connection.descriptor, $0.baseAddress, $0.count, 0) }
            guard count > 0 else { throw Failure(description: "the connection broke while sending") }
            rest = rest.dropFirst(count)
        }
    }

    private struct Answer {
        var status: Int
        var body: Range<Int>
        /// Nothing more comes on the connection.
        var closes: Bool
    }

    /// - Returns: nil while the answer is not whole yet.
    private func receive(_ connection: Connection) throws(Failure) -> Answer? {
        let count = withUnsafeTemporaryAllocation(byteCount: 131_072, alignment: 1) { buffer in
            let count = recv(connection.descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 { connection.received.append(contentsOf: buffer[..<count]) }
            return count
        }
        guard count > 0 else { throw Failure(description: "the connection was closed before the answer") }
        return connection.received.withUnsafeBytes { bytes -> Answer? in
            guard let headLength = HTTPHead.length(in: bytes) else { return nil }
            let head = UnsafeRawBufferPointer(rebasing: bytes[..<headLength])
            // "HTTP/1.1 200 …"
            let status = HTTPHead.number(in: head, from: 9)
            let length = HTTPHead.value(of: "\ncontent-length:", in: head).map { HTTPHead.number(in: head, from: $0) }
            guard bytes.count >= headLength + (length ?? 0) else { return nil }
            return Answer(
                status: status, body: headLength..<headLength + (length ?? 0),
                closes: HTTPHead.value(of: "\nconnection: close", in: head) != nil)
        }
    }
}
