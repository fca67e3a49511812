import Glibc

/// Where the Runtime API listens: `host:port` as in `AWS_LAMBDA_RUNTIME_API`.
struct SocketAddress {
    let host: String
    let port: UInt16

    init(_ text: String) throws(TransportError) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
            colon > text.startIndex
        else { throw .unreachable("\"\(text)\" is not host:port") }
        host = String(text[..<colon])
        self.port = port
    }

    /// A connected socket that sends without delay.
    func connect() throws(TransportError) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        // The usual case needs no resolver, which would load and read its configuration.
        if inet_pton(AF_INET, host, &address.sin_addr) == 1 {
            let size = socklen_t(MemoryLayout<sockaddr_in>.size)
            return try withUnsafeBytes(of: &address) { raw throws(TransportError) in
                try open(AF_INET, raw.baseAddress!.assumingMemoryBound(to: sockaddr.self), size)
            }
        }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &list)
        guard status == 0, let first = list else {
            throw .unreachable("\(host): \(String(cString: gai_strerror(status)))")
        }
        defer { freeaddrinfo(list) }
        return try open(first.pointee.ai_family, first.pointee.ai_addr, first.pointee.ai_addrlen)
    }

    private func open(
        _ family: Int32, _ address: UnsafePointer<sockaddr>, _ size: socklen_t
    ) throws(TransportError) -> Int32 {
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .system(call: "socket", errno: errno) }
        guard Glibc.connect(descriptor, address, size) == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw .unreachable("\(host):\(port): \(reason)")
        }
        var yes: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        return descriptor
    }
}
