import Glibc

/// The Runtime API over one keep-alive connection: plain HTTP/1.1, one request at a time, one system call to send it.
///
/// - Note: Source: RFC 9112. A general HTTP library would cost more time than the whole rest of the loop.
package final class SocketTransport: RuntimeTransport {
    /// A reply's status line and header lines, together. A client context alone may be 3.5 KB.
    package static let headBytesMax = 65_536
    /// Lambda's greatest event is 6 MB.
    package static let bodyBytesMax = 8 * 1_024 * 1_024

    private let address: SocketAddress
    private let termination: TerminationSignal
    private let host: String
    private var descriptor: Int32 = -1
    private var buffer = ReceiveBuffer(capacity: headBytesMax)
    /// The request's head, kept for its memory.
    private var head: [UInt8] = []

    /// - Parameter address: `host:port`, as in `AWS_LAMBDA_RUNTIME_API`.
    package init(address: String, termination: TerminationSignal) throws(TransportError) {
        self.address = try SocketAddress(address)
        self.termination = termination
        host = address
    }

    deinit { disconnect() }

    package func get(_ path: String) throws(TransportError) -> RuntimeReply? {
        beginHead("GET ", path, headers: [])
        head.append(contentsOf: "\r\n".utf8)
        return try exchange(body: [], endsOnTermination: true)
    }

    package func post(
        _ path: String, headers: [(name: String, value: String)], body: [UInt8]
    ) throws(TransportError) -> RuntimeReply {
        beginHead("POST ", path, headers: headers)
        head.append(contentsOf: "Content-Length: ".utf8)
        head.append(contentsOf: String(body.count).utf8)
        head.append(contentsOf: "\r\n\r\n".utf8)
        guard let reply = try exchange(body: body, endsOnTermination: false) else { throw .closed }
        return reply
    }

    package func beginStream(_ path: String, headers: [(name: String, value: String)]) throws(TransportError) {
        beginHead("POST ", path, headers: headers)
        head.append(contentsOf: "Transfer-Encoding: chunked\r\n\r\n".utf8)
        // A stream can't be sent twice, so a connection that the peer may have closed meanwhile is not trusted.
        disconnect()
        descriptor = try address.connect()
        try send(body: [])
    }

    package func writeChunk(_ bytes: [UInt8]) throws(TransportError) {
        guard !bytes.isEmpty else { return }
        head.removeAll(keepingCapacity: true)
        head.append(contentsOf: String(bytes.count, radix: 16).utf8)
        head.append(contentsOf: "\r\n".utf8)
        try send(body: bytes, tail: "\r\n")
    }

    package func endStream(trailers: [(name: String, value: String)]) throws(TransportError) -> RuntimeReply {
        head.removeAll(keepingCapacity: true)
        head.append(contentsOf: "0\r\n".utf8)
        append(trailers)
        head.append(contentsOf: "\r\n".utf8)
        try send(body: [])
        return try readReply()
    }

    // MARK: Sending

    private func beginHead(_ method: String, _ path: String, headers: [(name: String, value: String)]) {
        head.removeAll(keepingCapacity: true)
        head.append(contentsOf: method.utf8)
        head.append(contentsOf: path.utf8)
        head.append(contentsOf: " HTTP/1.1\r\nHost: ".utf8)
        head.append(contentsOf: host.utf8)
        head.append(contentsOf: "\r\nUser-Agent: serverless-bundle\r\n".utf8)
        append(headers)
    }

    private func append(_ headers: [(name: String, value: String)]) {
        for (name, value) in headers {
            head.append(contentsOf: name.utf8)
            head.append(contentsOf: ": ".utf8)
            head.append(contentsOf: value.utf8)
            head.append(contentsOf: "\r\n".utf8)
        }
    }

    /// Sends the head and `body` and reads the reply. A connection that was in use and turns out closed before the
    /// first byte of a reply is opened anew, once: the Runtime API knows invocations by id, so nothing happens twice.
    private func exchange(body: [UInt8], endsOnTermination: Bool) throws(TransportError) -> RuntimeReply? {
        let wasInUse = descriptor >= 0
        do {
            return try exchangeOnce(body: body, endsOnTermination: endsOnTermination)
        } catch .closed where wasInUse && buffer.unread.isEmpty {
            disconnect()
            return try exchangeOnce(body: body, endsOnTermination: endsOnTermination)
        }
    }

    private func exchangeOnce(body: [UInt8], endsOnTermination: Bool) throws(TransportError) -> RuntimeReply? {
        if endsOnTermination, termination.isRequested { return nil }
        if descriptor < 0 { descriptor = try address.connect() }
        try send(body: body)
        if endsOnTermination, try isEndedWhileWaiting() { return nil }
        return try readReply()
    }

    /// Waits for the first byte of the reply or the word to end. If both are there, the reply counts: an invocation
    /// that was handed out is answered.
    private func isEndedWhileWaiting() throws(TransportError) -> Bool {
        while true {
            var watched = (
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: termination.readEnd, events: Int16(POLLIN), revents: 0)
            )
            let ready = withUnsafeMutableBytes(of: &watched) {
                poll($0.baseAddress!.assumingMemoryBound(to: pollfd.self), 2, -1)
            }
            if ready > 0 { return watched.0.revents == 0 }
            guard errno == EINTR else { throw .system(call: "poll", errno: errno) }
        }
    }

    /// Sends the head, `body` and `tail` with one system call where the kernel takes all of it.
    private func send(body: [UInt8], tail: StaticString = "") throws(TransportError) {
        let descriptor = descriptor
        try head.withUnsafeBufferPointer { head throws(TransportError) in
            try body.withUnsafeBufferPointer { body throws(TransportError) in
                let (headBytes, bodyBytes) = (UnsafeRawBufferPointer(head), UnsafeRawBufferPointer(body))
                let tailBytes = UnsafeRawBufferPointer(start: tail.utf8Start, count: tail.utf8CodeUnitCount)
                var sent = 0
                let total = headBytes.count + bodyBytes.count + tailBytes.count
                while sent < total {
                    sent += try Self.sendOnce(descriptor, (headBytes, bodyBytes, tailBytes), skipping: sent)
                }
            }
        }
    }

    private static func sendOnce(
        _ descriptor: Int32,
        _ parts: (UnsafeRawBufferPointer, UnsafeRawBufferPointer, UnsafeRawBufferPointer),
        skipping sent: Int
    ) throws(TransportError) -> Int {
        var rest = sent
        func vector(_ part: UnsafeRawBufferPointer) -> iovec {
            let skipped = min(rest, part.count)
            rest -= skipped
            let left = UnsafeRawBufferPointer(rebasing: part[skipped...])
            return iovec(iov_base: UnsafeMutableRawPointer(mutating: left.baseAddress), iov_len: left.count)
        }
        var vectors = (vector(parts.0), vector(parts.1), vector(parts.2))
        let count = withUnsafeMutableBytes(of: &vectors) {
            var message = msghdr()
            message.msg_iov = $0.baseAddress!.assumingMemoryBound(to: iovec.self)
            message.msg_iovlen = 3
            return sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
        }
        if count >= 0 { return count }
        switch errno {
        case EINTR: return 0
        case EPIPE, ECONNRESET: throw .closed
        default: throw .system(call: "sendmsg", errno: errno)
        }
    }

    // MARK: Receiving

    private func readReply() throws(TransportError) -> RuntimeReply {
        let head = try readHead()
        let body: [UInt8]
        if head.headers.value(of: "transfer-encoding", contains: "chunked") {
            body = try readChunks()
        } else if let length = head.headers.integer("content-length") {
            body = try readBody(length)
        } else if head.status == 204 || head.status == 304 {
            body = []
        } else {
            body = try readToEnd()
        }
        if !head.keepsAlive || head.headers.value(of: "connection", contains: "close") { disconnect() }
        return RuntimeReply(status: head.status, headers: head.headers, body: body)
    }

    private func readHead() throws(TransportError) -> ReplyHead {
        var searched = 0
        while true {
            if let length = ReplyHead.length(of: buffer.unread, from: searched) {
                let head = try ReplyHead(UnsafeRawBufferPointer(rebasing: buffer.unread[..<length]))
                buffer.consume(length)
                // 100 Continue and its like come before the reply that counts.
                if head.status < 200 { searched = 0; continue }
                return head
            }
            searched = max(0, buffer.unread.count - 3)
            guard !buffer.isFull else { throw .tooLarge }
            guard try buffer.receive(from: descriptor) > 0 else { throw .closed }
        }
    }

    /// Exactly `length` bytes: what is in the buffer, and the rest received in place.
    private func readBody(_ length: Int) throws(TransportError) -> [UInt8] {
        guard length <= Self.bodyBytesMax else { throw .tooLarge }
        var body: [UInt8] = []
        try append(length, to: &body)
        return body
    }

    private func append(_ length: Int, to body: inout [UInt8]) throws(TransportError) {
        let buffered = min(length, buffer.unread.count)
        body.append(contentsOf: buffer.unread[..<buffered])
        buffer.consume(buffered)
        guard buffered < length else { return }
        var position = body.count
        body.append(contentsOf: repeatElement(0, count: length - buffered))
        while position < body.count {
            let descriptor = descriptor
            let count = try body.withUnsafeMutableBufferPointer { bytes throws(TransportError) in
                let room = UnsafeMutableBufferPointer(rebasing: bytes[position...])
                return try receiveOnce(descriptor, into: UnsafeMutableRawBufferPointer(room))
            }
            guard count > 0 else { throw .closed }
            position += count
        }
    }

    private func readChunks() throws(TransportError) -> [UInt8] {
        var body: [UInt8] = []
        while true {
            let sizeLine = try readLine()
            let digits = sizeLine.prefix { $0 != ";" && $0 != " " }
            guard let size = Int(digits, radix: 16), size >= 0 else { throw .malformed("chunk size \"\(sizeLine)\"") }
            if size == 0 { break }
            guard body.count + size <= Self.bodyBytesMax else { throw .tooLarge }
            try append(size, to: &body)
            guard try readLine().isEmpty else { throw .malformed("no line end after a chunk") }
        }
        while try !readLine().isEmpty {}
        return body
    }

    /// One line without its end.
    private func readLine() throws(TransportError) -> String {
        while true {
            if let newline = buffer.unread.firstIndex(of: UInt8(ascii: "\n")) {
                var line = buffer.unread[..<newline]
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                let text = String(decoding: line, as: UTF8.self)
                buffer.consume(newline + 1)
                return text
            }
            guard !buffer.isFull else { throw .tooLarge }
            guard try buffer.receive(from: descriptor) > 0 else { throw .closed }
        }
    }

    private func readToEnd() throws(TransportError) -> [UInt8] {
        var body: [UInt8] = []
        repeat {
            body.append(contentsOf: buffer.unread)
            buffer.clear()
            guard body.count <= Self.bodyBytesMax else { throw .tooLarge }
        } while try buffer.receive(from: descriptor) > 0
        disconnect()
        return body
    }

    private func disconnect() {
        buffer.clear()
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }
}
