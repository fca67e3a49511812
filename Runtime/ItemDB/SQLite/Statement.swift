import CSQLite

/// A prepared statement of one connection.
///
/// Blobs are bound without a copy: their memory must stay in place until ``reset()``, so a statement is always reset
/// inside the closure that holds the memory.
struct Statement {
    let pointer: OpaquePointer
    private let path: String

    init(_ pointer: OpaquePointer, path: String) {
        self.pointer = pointer
        self.path = path
    }

    func bind(_ position: Int32, _ bytes: UnsafeBufferPointer<UInt8>) {
        // An empty buffer may have no address, and SQLite reads a null address as NULL.
        if let base = bytes.baseAddress, !bytes.isEmpty {
            sqlite3_bind_blob(pointer, position, base, Int32(bytes.count), nil)
        } else {
            sqlite3_bind_zeroblob(pointer, position, 0)
        }
    }

    func bind(_ position: Int32, _ value: Int64) {
        sqlite3_bind_int64(pointer, position, value)
    }

    func bindNull(_ position: Int32) {
        sqlite3_bind_null(pointer, position)
    }

    /// Goes to the next row; false when there is none.
    func step() throws(StorageError) -> Bool {
        switch sqlite3_step(pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            let error = StorageError(code, of: sqlite3_db_handle(pointer), path: path)
            reset()
            throw error
        }
    }

    /// Carries out a statement that yields no rows.
    func run() throws(StorageError) {
        _ = try step()
        reset()
    }

    /// Ends the statement, and with it the read transaction it may hold.
    func reset() {
        sqlite3_reset(pointer)
    }

    /// Whether it has been stepped and not reset.
    var isInUse: Bool { sqlite3_stmt_busy(pointer) != 0 }

    func finalize() {
        sqlite3_finalize(pointer)
    }

    /// The stored item in a column.
    ///
    /// - Parameter row: the column of the row's key.
    func item(_ column: Int32, in place: StoredPlace, row: Int32) throws(StorageError) -> StoredItem {
        do throws(StoredItemDamage) { return try StoredItem(checking: blob(column)) } catch {
            throw place.error(error, path: path, row: RowKey(bytes: blob(row)))
        }
    }

    /// Reads the items of a range (?1 and ?2; the first column is the stored item, the second the row's key) until
    /// `body` returns false.
    func forEach(
        in range: KeyRange, of place: StoredPlace, _ body: (StoredItem) throws(StorageError) -> Bool
    ) throws(StorageError) {
        try forEachRow(in: range) { () throws(StorageError) in try body(item(0, in: place, row: 1)) }
    }

    /// Goes through the rows of a range (?1 and ?2) until `body` returns false.
    func forEachRow(in range: KeyRange, _ body: () throws(StorageError) -> Bool) throws(StorageError) {
        try range.lower.withUnsafeBufferPointer { lower throws(StorageError) in
            try range.upper.withUnsafeBufferPointer { upper throws(StorageError) in
                bind(1, lower)
                bind(2, upper)
                defer { reset() }
                while try step() {
                    guard try body() else { return }
                }
            }
        }
    }

    func int(_ column: Int32) -> Int64 { sqlite3_column_int64(pointer, column) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(pointer, column) == SQLITE_NULL }

    /// A copy of a blob; empty for NULL.
    func blob(_ column: Int32) -> [UInt8] {
        guard let base = sqlite3_column_blob(pointer, column) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: base, count: Int(sqlite3_column_bytes(pointer, column))))
    }
}
