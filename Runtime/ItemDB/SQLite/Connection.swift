import CSQLite

/// One connection to the database file, with its prepared statements.
///
/// Unchecked: a connection belongs to one thread at a time. The writer's goes with its turn to write; a reader's is
/// handed out by ``ReaderPool`` to one caller at a time.
final class Connection: @unchecked Sendable {
    /// Which prepared statement: what it does and to which table, index or stream.
    struct Key: Hashable {
        var purpose: UInt8
        var object: Int64
    }

    /// Statements kept per connection. Past it all idle ones are dropped: those of deleted tables would pile up
    /// otherwise.
    static let statementsMax = 512
    /// How long a call waits for a lock of another connection of ours: longer than any of them keeps one.
    static let lockWaitMilliseconds: Int32 = 10_000

    let path: String
    private var handle: OpaquePointer?
    private var statements: [Key: Statement] = [:]
    /// Pages in the log after the latest commit; counted once ``watchLog()`` was called.
    private(set) var logPages = 0

    /// Before SQLite is first used, and once.
    private static let configured: Void = { _ = csqlite_disable_memory_statistics() }()

    /// - Parameter cacheBytes: of pages kept in memory by this connection.
    init(path: String, creates: Bool, cacheBytes: Int) throws(StorageError) {
        _ = Self.configured
        self.path = path
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (creates ? SQLITE_OPEN_CREATE : 0)
        // unix-excl locks the file for this process as a whole. Other processes are refused, and our connections
        // share the log's index in plain memory, so that a read needs no file lock.
        let code = sqlite3_open_v2(path, &handle, flags, "unix-excl")
        guard code == SQLITE_OK else {
            let error = StorageError(code, of: handle, path: path)
            sqlite3_close_v2(handle)
            throw error
        }
        // SQLite opens what it can't write for reading. Asked now: the next statement already looks for the log.
        guard sqlite3_db_readonly(handle, "main") == 0 else {
            sqlite3_close_v2(handle)
            throw .readOnly(path: path)
        }
        sqlite3_extended_result_codes(handle, 1)
        try execute(
            "PRAGMA cache_size = -\(cacheBytes / 1_024); PRAGMA secure_delete = OFF; PRAGMA temp_store = MEMORY")
    }

    deinit { close() }

    func close() {
        for statement in statements.values { statement.finalize() }
        statements = [:]
        sqlite3_close_v2(handle)
        handle = nil
    }

    /// Leaves the log as it is when the connection is closed.
    func closesAtOnce() { csqlite_disable_checkpoint_on_close(handle) }

    /// - Parameter milliseconds: how long a call waits for a lock that another connection of ours holds.
    func waitForLocks(milliseconds: Int32) { sqlite3_busy_timeout(handle, milliseconds) }

    func execute(_ sql: String) throws(StorageError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw StorageError(code, of: handle, path: path) }
    }

    /// The first column of the first row.
    func integer(_ sql: String) throws(StorageError) -> Int64? {
        let statement = try prepareOnce(sql)
        defer { statement.finalize() }
        return try statement.step() ? statement.int(0) : nil
    }

    /// A statement that the caller finalizes.
    func prepareOnce(_ sql: String) throws(StorageError) -> Statement { try prepare(sql, flags: 0) }

    /// Counts the log's pages, in place of SQLite's own checkpoint in the middle of a commit.
    func watchLog() {
        // The hook is called in commits of this connection only, so it never outlives it.
        sqlite3_wal_hook(
            handle,
            { context, _, _, pages in
                if let context { Unmanaged<Connection>.fromOpaque(context).takeUnretainedValue().logPages = Int(pages) }
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// The statement under `key`, prepared on first use.
    func statement(_ key: Key, _ sql: () -> String) throws(StorageError) -> Statement {
        if let statement = statements[key] { return statement }
        if statements.count >= Self.statementsMax { dropIdleStatements() }
        let statement = try prepare(sql(), flags: UInt32(SQLITE_PREPARE_PERSISTENT))
        statements[key] = statement
        return statement
    }

    /// Drops the prepared statements that are not in the middle of their rows.
    private func dropIdleStatements() {
        statements = statements.filter { _, statement in
            if statement.isInUse { return true }
            statement.finalize()
            return false
        }
    }

    private func prepare(_ sql: String, flags: UInt32) throws(StorageError) -> Statement {
        var pointer: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, flags, &pointer, nil)
        guard code == SQLITE_OK, let pointer else { throw StorageError(code, of: handle, path: path) }
        return Statement(pointer, path: path)
    }

    /// Copies the log into the file.
    ///
    /// - Parameter restarts: waits for the readers and begins the log anew, so that it stops growing.
    /// - Returns: the pages in the log, and how many of them are in the file now.
    func checkpoint(restarts: Bool) -> (log: Int, done: Int) {
        var (log, done): (Int32, Int32) = (0, 0)
        sqlite3_wal_checkpoint_v2(
            handle, nil, restarts ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, &log, &done)
        return (Int(log), Int(done))
    }

    /// Copies the whole database, as this connection sees it, to a new file.
    func copy(to destination: String) throws(StorageError) {
        var target: OpaquePointer?
        var code = sqlite3_open_v2(
            destination, &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, "unix-excl")
        defer { sqlite3_close_v2(target) }
        guard code == SQLITE_OK else { throw StorageError(code, of: target, path: destination) }
        // A copy is worth nothing until it is whole, so nothing is gained by waiting for the disk in between.
        sqlite3_exec(target, "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF", nil, nil, nil)
        guard let backup = sqlite3_backup_init(target, "main", handle, "main") else {
            throw StorageError(sqlite3_errcode(target), of: target, path: destination)
        }
        code = sqlite3_backup_step(backup, -1)
        let finished = sqlite3_backup_finish(backup)
        guard code == SQLITE_DONE, finished == SQLITE_OK else {
            throw StorageError(finished, of: target, path: destination)
        }
    }
}
