import Synchronization

/// The connections for reading. Each is used by one caller at a time, on the caller's own thread.
final class ReaderPool: Sendable {
    /// Idle connections kept; more are made while more threads read, and closed afterwards.
    static let idleMax = 4

    private let path: String
    private let idle = Mutex<[Connection]?>([])

    init(path: String) { self.path = path }

    func read<Value>(_ body: (Connection) throws(StorageError) -> Value) throws(StorageError) -> Value {
        let connection = try take()
        defer { put(connection) }
        return try body(connection)
    }

    /// As ``read(_:)``, with everything read from one and the same state of the database.
    func readSnapshot<Value>(_ body: (Connection) throws(StorageError) -> Value) throws(StorageError) -> Value {
        let connection = try take()
        defer { endSnapshot(of: connection) }
        try connection.statement(.control(.beginRead)) { "BEGIN" }.run()
        return try body(connection)
    }

    /// A connection that keeps its snapshot would show it to the next caller.
    private func endSnapshot(of connection: Connection) {
        do throws(StorageError) {
            try connection.statement(.control(.rollback)) { "ROLLBACK" }.run()
            put(connection)
        } catch {
            connection.close()
        }
    }

    /// Closes the idle connections; those in use are closed when they come back.
    func close() {
        let connections = idle.withLock { idle in
            defer { idle = nil }
            return idle ?? []
        }
        for connection in connections { connection.close() }
    }

    private func take() throws(StorageError) -> Connection {
        let (connection, isClosed) = idle.withLock { idle in (idle?.popLast(), idle == nil) }
        if let connection { return connection }
        if isClosed { throw .closed(path: path) }
        let fresh = try Connection(path: path, creates: false, cacheBytes: DatabaseOptions.readerCacheBytes)
        fresh.waitForLocks(milliseconds: Connection.lockWaitMilliseconds)
        return fresh
    }

    private func put(_ connection: Connection) {
        let isKept = idle.withLock { idle in
            guard let count = idle?.count, count < Self.idleMax else { return false }
            idle?.append(connection)
            return true
        }
        if !isKept { connection.close() }
    }
}
