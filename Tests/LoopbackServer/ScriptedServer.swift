import Glibc
import Synchronization

/// A loopback server on a thread of its own that answers request after request with the bytes it was given.
package final class ScriptedServer: Sendable {
    package enum Step: Sendable {
        /// Reads one request, then sends each piece by itself.
        case answer([String])
        /// Reads one request and never answers.
        case silence
        /// Reads one request and closes.
        case hangUp
    }

    package let port: UInt16
    package var address: String { "127.0.0.1:\(port)" }
    private let listener: Int32
    private let received = Mutex<[String]>([])

    /// The requests received, connection ends marked by `CLOSED`.
    package var requests: [String] { received.withLock { $0 } }

    /// - Parameter connections: for each connection that is accepted its steps, after which it is closed.
    package init(_ connections: [[Step]]) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (descriptor, length) = (listener, size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0
                    && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard isBound else { throw CancellationError() }
        port = UInt16(bigEndian: address.sin_port)
        let work = Work { [self] in
            for steps in connections { serve(steps) }
            close(listener)
        }
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            {
                Unmanaged<Work>.fromOpaque($0!).takeRetainedValue().body(); return nil
            },
            Unmanaged.passRetained(work).toOpaque())
        pthread_detach(thread)
    }

    private final class Work {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }

    private func serve(_ steps: [Step]) {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        defer {
            close(connection)
            received.withLock { $0.append("CLOSED") }
        }
        for step in steps {
            guard let request = readRequest(connection) else { break }
            received.withLock { $0.append(request) }
            switch step {
            case .answer(let pieces):
                for piece in pieces {
                    _ = Array(piece.utf8).withUnsafeBytes {
                        send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                    }
                    if pieces.count > 1 { usleep(2_000) }
                }
            case .silence:
                var byte: UInt8 = 0
                _ = recv(connection, &byte, 1, 0)
            case .hangUp: return
            }
        }
    }

    /// A head and the body it announces; nil when the peer closes.
    private func readRequest(_ connection: Int32) -> String? {
        var bytes: [UInt8] = []
        while true {
            var room = [UInt8](repeating: 0, count: 65_536)
            let count = recv(connection, &room, room.count, 0)
            guard count > 0 else { return nil }
            bytes += room[..<count]
            let text = String(decoding: bytes, as: UTF8.self)
            guard let head = text.firstRange(of: "\r\n\r\n") else { continue }
            let body = text[head.upperBound...]
            if text[..<head.lowerBound].contains("chunked") {
                if let last = body.firstRange(of: "0\r\n"), body[last.lowerBound...].hasSuffix("\r\n\r\n") {
                    return text
                }
            } else if let field = text.firstRange(of: "Content-Length: ") {
                let length = Int(text[field.upperBound...].prefix { $0.isNumber })
                if body.utf8.count == length { return text }
            } else {
                return text
            }
        }
    }
}
