/// What a prepared statement does. Tables, indexes and streams are SQLite tables named by their ids.
enum Purpose: UInt8 {
    case begin, commit, rollback, beginRead
    case item, insertItem, updateItem, deleteItem, items, itemsBackward
    case putEntry, deleteEntry, entries, entriesBackward, wholeEntries, wholeEntriesBackward
    case putExpiry, deleteExpiry, dueExpiries, nextExpiry
    case insertChange, changes, changeBounds, pruneChanges
    case token, putToken, pruneTokens
    case putRecord, deleteRecord
}

extension Connection.Key {
    static func control(_ purpose: Purpose) -> Connection.Key { .init(purpose: purpose.rawValue, object: 0) }
}

extension Statement {
    /// Binds one blob, carries the statement out, and resets it.
    func run(binding position: Int32, _ bytes: [UInt8]) throws(StorageError) {
        try bytes.withUnsafeBufferPointer { buffer throws(StorageError) in
            bind(position, buffer)
            try run()
        }
    }

    /// Binds two blobs (nil is NULL), carries the statement out, and resets it.
    func run(
        binding first: Int32, _ one: [UInt8]?, _ second: Int32, _ other: [UInt8]?
    ) throws(StorageError) {
        try (one ?? []).withUnsafeBufferPointer { a throws(StorageError) in
            try (other ?? []).withUnsafeBufferPointer { b throws(StorageError) in
                if one == nil { bindNull(first) } else { bind(first, a) }
                if other == nil { bindNull(second) } else { bind(second, b) }
                try run()
            }
        }
    }
}

extension Connection {
    private func cached(_ purpose: Purpose, _ id: Int64, _ sql: () -> String) throws(StorageError) -> Statement {
        try statement(Key(purpose: purpose.rawValue, object: id), sql)
    }

    // Items: k is the row key, v the stored item.

    static func createTable(_ id: Int64) -> String {
        "CREATE TABLE t\(id) (k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID"
    }

    func item(_ table: Table, _ row: RowKey) throws(StorageError) -> StoredItem? {
        let statement = try cached(.item, table.id) { "SELECT v FROM t\(table.id) WHERE k = ?1" }
        return try row.bytes.withUnsafeBufferPointer { key throws(StorageError) in
            statement.bind(1, key)
            defer { statement.reset() }
            guard try statement.step() else { return nil }
            let bytes = statement.blob(0)
            do throws(StoredItemDamage) { return try StoredItem(checking: bytes) } catch {
                throw StoredPlace(table).error(error, path: path, row: row)
            }
        }
    }

    func insertItem(_ table: Int64) throws(StorageError) -> Statement {
        try cached(.insertItem, table) { "INSERT INTO t\(table) (k, v) VALUES (?1, ?2)" }
    }

    /// Writes over an item that is there. REPLACE would delete and insert the row, which costs half as much again.
    func updateItem(_ table: Int64) throws(StorageError) -> Statement {
        try cached(.updateItem, table) { "UPDATE t\(table) SET v = ?2 WHERE k = ?1" }
    }

    func deleteItem(_ table: Int64) throws(StorageError) -> Statement {
        try cached(.deleteItem, table) { "DELETE FROM t\(table) WHERE k = ?1" }
    }

    func items(_ table: Int64, forward: Bool) throws(StorageError) -> Statement {
        try cached(forward ? .items : .itemsBackward, table) {
            "SELECT v, k FROM t\(table) WHERE k >= ?1 AND k < ?2 ORDER BY k \(forward ? "" : "DESC")"
        }
    }

    // Index entries: k is the index key and the row key, n where in k the row key begins, v what the index holds.

    static func createIndex(_ id: Int64) -> String {
        "CREATE TABLE i\(id) (k BLOB PRIMARY KEY, n INTEGER NOT NULL, v BLOB) WITHOUT ROWID"
    }

    func putEntry(_ index: Int64) throws(StorageError) -> Statement {
        try cached(.putEntry, index) {
            "INSERT INTO i\(index) (k, n, v) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET n = excluded.n, v = excluded.v"
        }
    }

    func deleteEntry(_ index: Int64) throws(StorageError) -> Statement {
        try cached(.deleteEntry, index) { "DELETE FROM i\(index) WHERE k = ?1" }
    }

    /// What the index holds.
    func entries(_ index: Int64, forward: Bool) throws(StorageError) -> Statement {
        try cached(forward ? .entries : .entriesBackward, index) {
            "SELECT v, k FROM i\(index) WHERE k >= ?1 AND k < ?2 ORDER BY k \(forward ? "" : "DESC")"
        }
    }

    /// The whole items of the index's entries.
    func wholeEntries(_ index: Int64, table: Int64, forward: Bool) throws(StorageError) -> Statement {
        try cached(forward ? .wholeEntries : .wholeEntriesBackward, index) {
            """
            SELECT t.v, t.k FROM i\(index) AS i CROSS JOIN t\(table) AS t ON t.k = substr(i.k, i.n)
            WHERE i.k >= ?1 AND i.k < ?2 ORDER BY i.k \(forward ? "" : "DESC")
            """
        }
    }

    // Expiry times: at in seconds since 1970, k the row key.

    static func createExpiries(_ table: Int64) -> String {
        "CREATE TABLE x\(table) (at INTEGER, k BLOB, PRIMARY KEY (at, k)) WITHOUT ROWID"
    }

    func putExpiry(_ table: Int64) throws(StorageError) -> Statement {
        try cached(.putExpiry, table) { "REPLACE INTO x\(table) (at, k) VALUES (?1, ?2)" }
    }

    func deleteExpiry(_ table: Int64) throws(StorageError) -> Statement {
        try cached(.deleteExpiry, table) { "DELETE FROM x\(table) WHERE at = ?1 AND k = ?2" }
    }

    func dueExpiries(_ table: Int64) throws(StorageError) -> Statement {
        try cached(.dueExpiries, table) { "SELECT k FROM x\(table) WHERE at > ?1 AND at <= ?2 ORDER BY at LIMIT ?3" }
    }

    func nextExpiry(_ table: Int64) throws(StorageError) -> Statement {
        try cached(.nextExpiry, table) { "SELECT min(at) FROM x\(table) WHERE at > ?1" }
    }

    // Stream records.

    static func createStream(_ id: Int64) -> String {
        "CREATE TABLE s\(id) (sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, cause INTEGER NOT NULL, old BLOB, new BLOB)"
    }

    func insertChange(_ stream: Int64) throws(StorageError) -> Statement {
        try cached(.insertChange, stream) { "INSERT INTO s\(stream) VALUES (?1, ?2, ?3, ?4, ?5)" }
    }

    func changes(_ stream: Int64) throws(StorageError) -> Statement {
        try cached(.changes, stream) {
            "SELECT sequence, at, cause, old, new FROM s\(stream) WHERE sequence > ?1 ORDER BY sequence LIMIT ?2"
        }
    }

    /// The ends of a stream: least and greatest sequence number, NULL when empty.
    func changeBounds(_ stream: Int64) throws(StorageError) -> Statement {
        try cached(.changeBounds, stream) {
            "SELECT (SELECT min(sequence) FROM s\(stream)), (SELECT max(sequence) FROM s\(stream))"
        }
    }

    /// Deletes the records up to a sequence number.
    func pruneChanges(_ stream: Int64) throws(StorageError) -> Statement {
        try cached(.pruneChanges, stream) { "DELETE FROM s\(stream) WHERE sequence <= ?1" }
    }

    // Transaction tokens: ?1 the token, expires in ms since 1970.

    func token() throws(StorageError) -> Statement {
        try cached(.token, 0) { "SELECT fingerprint FROM tokens WHERE token = ?1 AND expires > ?2" }
    }

    func putToken() throws(StorageError) -> Statement {
        try cached(.putToken, 0) { "REPLACE INTO tokens (token, fingerprint, expires) VALUES (?1, ?2, ?3)" }
    }

    func pruneTokens() throws(StorageError) -> Statement {
        try cached(.pruneTokens, 0) { "DELETE FROM tokens WHERE expires <= ?1" }
    }
    // Records of others: ?1 the kind, ?2 the key.

    func putRecord() throws(StorageError) -> Statement {
        try cached(.putRecord, 0) { "REPLACE INTO records (kind, key, value) VALUES (?1, ?2, ?3)" }
    }

    func deleteRecord() throws(StorageError) -> Statement {
        try cached(.deleteRecord, 0) { "DELETE FROM records WHERE kind = ?1 AND key = ?2" }
    }
}
