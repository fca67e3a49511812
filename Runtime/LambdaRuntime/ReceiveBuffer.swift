import Glibc

/// Bytes received and not yet read, in one allocation that lives as long as the connection's owner.
struct ReceiveBuffer: ~Copyable {
    private let storage: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0

    init(capacity: Int) {
        storage = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { storage.deallocate() }

    var unread: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: storage[start..<end]) }
    var isFull: Bool { start == 0 && end == storage.count }

    mutating func clear() { (start, end) = (0, 0) }

    mutating func consume(_ count: Int) {
        start += count
        if start == end { clear() }
    }

    /// Waits for more bytes and returns how many came: 0 at the end of the stream. There must be room (``isFull``).
    mutating func receive(from descriptor: Int32) throws(TransportError) -> Int {
        if end == storage.count {
            storage.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[start..<end]))
            (start, end) = (0, end - start)
        }
        let count = try receiveOnce(descriptor, into: UnsafeMutableRawBufferPointer(rebasing: storage[end...]))
        end += count
        return count
    }
}

/// Bytes received: at least 1, or 0 at the end of the stream, which a reset connection is too.
func receiveOnce(_ descriptor: Int32, into room: UnsafeMutableRawBufferPointer) throws(TransportError) -> Int {
    while true {
        let count = recv(descriptor, room.baseAddress, room.count, 0)
        if count >= 0 { return count }
        switch errno {
        case EINTR: continue
        case ECONNRESET: return 0
        default: throw .system(call: "recv", errno: errno)
        }
    }
}
