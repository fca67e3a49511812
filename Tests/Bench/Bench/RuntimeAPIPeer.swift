import Glibc

/// The little of the Runtime API that measures a function from its other end, one connection at a time.
enum RuntimeAPIPeer {
    static func listen(on listener: Int32) throws(LoadGenerator.Failure) -> Int {
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

    static func start(_ executable: String, _ variables: [String]) throws(LoadGenerator.Failure) -> pid_t {
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(executable), nil]
        var environment: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
        defer { for pointer in arguments + environment { free(pointer) } }
        var pid: pid_t = 0
        guard posix_spawn(&pid, executable, nil, nil, &arguments, &environment) == 0 else {
            throw LoadGenerator.Failure(description: "\(executable) can't be started: build it first")
        }
        return pid
    }

    static func accept(_ listener: Int32) throws(LoadGenerator.Failure) -> Int32 {
        var descriptor = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, 10_000) == 1 else {
            throw LoadGenerator.Failure(description: "the function did not call the Runtime API within 10 seconds")
        }
        return Glibc.accept(listener, nil, nil)
    }

    /// Reads up to the end of a request's head; what follows does not matter here.
    static func readRequest(_ connection: Int32) throws(LoadGenerator.Failure) {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        repeat {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { throw LoadGenerator.Failure(description: "the function closed its connection") }
            received += buffer[..<count]
        } while received.withUnsafeBytes { HTTPHead.length(in: $0) } == nil
    }

    /// Answers `next` with an event.
    static func handOut(
        _ event: [UInt8], to connection: Int32, functionName: String
    ) throws(LoadGenerator.Failure) {
        let head =
            "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: bench\r\nLambda-Runtime-Deadline-Ms: 9999999999999\r\n"
            + "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:000000000000:function:\(functionName)\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(event.count)\r\n\r\n"
        try write(Array(head.utf8) + event, to: connection)
    }

    /// Answers `response`.
    static func accept(answerOn connection: Int32) throws(LoadGenerator.Failure) {
        try write(Array("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n".utf8), to: connection)
    }

    private static func write(_ bytes: [UInt8], to connection: Int32) throws(LoadGenerator.Failure) {
        let count = bytes.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        guard count == bytes.count else {
            throw LoadGenerator.Failure(description: "the function closed its connection")
        }
    }
}
