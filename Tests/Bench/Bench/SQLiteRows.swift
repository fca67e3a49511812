import CSQLite
import Glibc

/// The rows of a table in a file of the emulator's, read and written through SQLite's own interface in one thread, with
/// the settings of the store: the file brings page size, log and schema along, the pragmas are those of
/// `Runtime/ItemDB/SQLite`, and one connection writes while another one reads, as there.
final class SQLiteRows {
    private var writer: OpaquePointer?
    private var reader: OpaquePointer?
    private var rows: [(key: [UInt8], value: [UInt8])] = []
    private var begin: OpaquePointer?
    private var commit: OpaquePointer?
    private var update: OpaquePointer?
    private var select: OpaquePointer?

    init(_ file: String) throws(LoadGenerator.Failure) {
        writer = try Self.connection(file, cacheKiB: 2_048)
        reader = try Self.connection(file, cacheKiB: 1_024)
        // What `--durability process` means.
        guard sqlite3_exec(writer, "PRAGMA synchronous = OFF", nil, nil, nil) == SQLITE_OK else { throw failure() }
        let names = try statement(writer, "SELECT name FROM sqlite_master WHERE name GLOB 't[0-9]*'")
        guard sqlite3_step(names) == SQLITE_ROW else { throw failure() }
        let table = String(cString: sqlite3_column_text(names, 0))
        sqlite3_finalize(names)
        let all = try statement(writer, "SELECT k, v FROM \(table)")
        while sqlite3_step(all) == SQLITE_ROW { rows.append((Self.blob(all, 0), Self.blob(all, 1))) }
        sqlite3_finalize(all)
        begin = try statement(writer, "BEGIN IMMEDIATE")
        commit = try statement(writer, "COMMIT")
        update = try statement(writer, "UPDATE \(table) SET v = ?2 WHERE k = ?1")
        select = try statement(reader, "SELECT v FROM \(table) WHERE k = ?1")
    }

    func close() {
        for statement in [begin, commit, update, select] { sqlite3_finalize(statement) }
        sqlite3_close(reader)
        sqlite3_close(writer)
    }

    /// Replaces `count` rows by ones of another last byte, in turn.
    func write(_ count: Int, perCommit: Int) throws(LoadGenerator.Failure) {
        for index in 0..<count {
            if index % perCommit == 0 { try run(begin) }
            let row = index % rows.count
            rows[row].value[rows[row].value.count - 1] &+= 1
            try rows[row].key.withUnsafeBufferPointer { key throws(LoadGenerator.Failure) in
                try rows[row].value.withUnsafeBufferPointer { value throws(LoadGenerator.Failure) in
                    sqlite3_bind_blob(update, 1, key.baseAddress, Int32(key.count), nil)
                    sqlite3_bind_blob(update, 2, value.baseAddress, Int32(value.count), nil)
                    try run(update)
                }
            }
            if index % perCommit == perCommit - 1 || index == count - 1 { try run(commit) }
        }
    }

    /// Reads `count` rows in turn, and copies each.
    func read(_ count: Int) throws(LoadGenerator.Failure) {
        for index in 0..<count {
            let row = rows[index % rows.count]
            try row.key.withUnsafeBufferPointer { key throws(LoadGenerator.Failure) in
                sqlite3_bind_blob(select, 1, key.baseAddress, Int32(key.count), nil)
                guard sqlite3_step(select) == SQLITE_ROW, Self.blob(select, 0).count == row.value.count else {
                    throw LoadGenerator.Failure(description: "SQLite read another row")
                }
                sqlite3_reset(select)
            }
        }
    }

    private static func connection(_ file: String, cacheKiB: Int) throws(LoadGenerator.Failure) -> OpaquePointer? {
        var handle: OpaquePointer?
        let settings = "PRAGMA cache_size = -\(cacheKiB); PRAGMA secure_delete = OFF; PRAGMA temp_store = MEMORY"
        guard
            sqlite3_open_v2(file, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, "unix-excl") == SQLITE_OK,
            sqlite3_exec(handle, settings, nil, nil, nil) == SQLITE_OK
        else { throw LoadGenerator.Failure(description: "SQLite can't open \(file)") }
        return handle
    }

    private func statement(_ handle: OpaquePointer?, _ sql: String) throws(LoadGenerator.Failure) -> OpaquePointer? {
        var statement: OpaquePointer?
        guard
            sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil) == SQLITE_OK
        else { throw failure() }
        return statement
    }

    private func run(_ statement: OpaquePointer?) throws(LoadGenerator.Failure) {
        guard sqlite3_step(statement) == SQLITE_DONE, sqlite3_reset(statement) == SQLITE_OK else { throw failure() }
    }

    private func failure() -> LoadGenerator.Failure {
        LoadGenerator.Failure(description: "SQLite: \(String(cString: sqlite3_errmsg(writer)))")
    }

    private static func blob(_ statement: OpaquePointer?, _ column: Int32) -> [UInt8] {
        let count = Int(sqlite3_column_bytes(statement, column))
        return [UInt8](UnsafeRawBufferPointer(start: sqlite3_column_blob(statement, column), count: count))
    }
}
