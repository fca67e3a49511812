import Glibc

/// One WebSocket, of which short texts are sent and received.
///
/// - Note: Source: RFC 6455, sections 4.1 and 5.2.
final class WebSocketClient {
    private let descriptor: Int32
    private var received: [UInt8] = []

    init(descriptor: Int32, path: String) throws(LoadGenerator.Failure) {
        self.descriptor = descriptor
        try send(
            Array(
                ("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").utf8))
        while true {
            let length = received.withUnsafeBytes { HTTPHead.length(in: $0) }
            if let length {
                guard received.starts(with: Array("HTTP/1.1 101".utf8)) else { break }
                received.removeFirst(length)
                return
            }
            try read()
        }
        throw LoadGenerator.Failure(description: "no WebSocket: \(String(decoding: received, as: UTF8.self))")
    }

    func exchange(_ text: String) throws(LoadGenerator.Failure) -> String {
        // One masked text frame; the mask is zero.
        try send([0x81, 0x80 | UInt8(text.utf8.count), 0, 0, 0, 0] + Array(text.utf8))
        return try receive()
    }

    /// The next text, of less than 64 KiB.
    func receive() throws(LoadGenerator.Failure) -> String {
        while received.count < 4 { try read() }
        guard received[0] == 0x81, received[1] < 127 else {
            throw LoadGenerator.Failure(description: "an unexpected frame: \(received.prefix(2))")
        }
        let isLong = received[1] == 126
        let start = isLong ? 4 : 2
        let end = start + (isLong ? Int(received[2]) << 8 | Int(received[3]) : Int(received[1]))
        while received.count < end { try read() }
        let text = String(decoding: received[start..<end], as: UTF8.self)
        received.removeFirst(end)
        return text
    }

    /// Whether nothing has arrived.
    var isSilent: Bool {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return received.isEmpty && poll(&ready, 1, 0) == 0
    }

    func close() { Glibc.close(descriptor) }

    private func send(_ bytes: [UInt8]) throws(LoadGenerator.Failure) {
        let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, 0) }
        guard count == bytes.count else { throw LoadGenerator.Failure(description: "a WebSocket broke while sending") }
    }

    private func read() throws(LoadGenerator.Failure) {
        let count = withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: 1) { buffer in
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 { received.append(contentsOf: buffer[..<count]) }
            return count
        }
        guard count > 0 else { throw LoadGenerator.Failure(description: "a WebSocket was closed") }
    }
}
