import CSQLite
import Glibc
import Items
import Synchronization

/// The format of the file: what marks it as ours, and its version.
enum DatabaseFormat {
    /// "ItDB"
    static let applicationID: Int64 = 0x4974_4442
    /// 2 added the table of records.
    static let version: Int64 = 2
    /// An item of 1 KB lies in its row's page; SQLite's usual 4 KB would send it to a page of its own.
    static let pageSizeBytes = 8_192

    static let script = """
        PRAGMA page_size = \(pageSizeBytes);
        PRAGMA auto_vacuum = NONE;
        PRAGMA journal_mode = WAL;
        BEGIN;
        CREATE TABLE tables (id INTEGER PRIMARY KEY, name BLOB NOT NULL, record BLOB NOT NULL);
        CREATE TABLE streams (id INTEGER PRIMARY KEY, name BLOB NOT NULL, record BLOB NOT NULL);
        CREATE TABLE tokens (token BLOB PRIMARY KEY, fingerprint BLOB NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE counts (id INTEGER PRIMARY KEY, items INTEGER NOT NULL, bytes INTEGER NOT NULL);
        CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        \(records);
        INSERT INTO state VALUES ('nextID', 1), ('sequence', 0), ('clean', 1);
        PRAGMA application_id = \(applicationID);
        PRAGMA user_version = \(version);
        COMMIT
        """

    private static let records = """
        CREATE TABLE records (kind BLOB NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY (kind, key))
        WITHOUT ROWID
        """

    /// Makes a file of version 1 one of this version.
    static let upgradeOfVersion1 = "BEGIN; \(records); PRAGMA user_version = \(version); COMMIT"
}

/// An opened and checked file: the writer's connection, and what the file says of its tables.
struct OpenedFile {
    let connection: Connection
    let hold: FileHold
    var catalog = Catalog()
    /// Known after an orderly end only.
    var counts: [Int64: ItemCount] = [:]
    var sequence: Int64 = 0
    var isClean = true

    init(_ path: String, options: DatabaseOptions) throws(StorageError) {
        connection = try Connection(path: path, creates: true, cacheBytes: DatabaseOptions.writerCacheBytes)
        hold = try FileHold(path)
        do throws(StorageError) {
            try check(options)
        } catch {
            hold.release()
            throw error
        }
    }

    private mutating func check(_ options: DatabaseOptions) throws(StorageError) {
        let path = connection.path
        let applicationID = try connection.integer("PRAGMA application_id")
        let version = try connection.integer("PRAGMA user_version") ?? 0
        if applicationID == DatabaseFormat.applicationID {
            guard version <= DatabaseFormat.version else {
                throw .newerFormat(path: path, found: Int(version), supported: Int(DatabaseFormat.version))
            }
        } else {
            guard try connection.integer("SELECT count(*) FROM sqlite_master") == 0 else {
                throw .notADatabase(path: path)
            }
        }
        let synchronous = options.durability == .disk ? "FULL" : "OFF"
        try connection.execute(
            "PRAGMA synchronous = \(synchronous); PRAGMA journal_size_limit = \(Self.logSizeBytesKept)")
        if applicationID != DatabaseFormat.applicationID {
            try connection.execute(DatabaseFormat.script)
        } else if version == 1 {
            try connection.execute(DatabaseFormat.upgradeOfVersion1)
        }
        if let pages = options.pagesMax { try connection.execute("PRAGMA max_page_count = \(pages)") }
        connection.watchLog()
        connection.waitForLocks(milliseconds: Connection.lockWaitMilliseconds)
        try readState()
        try readCatalog()
    }

    /// What the log shrinks to when it is begun anew.
    private static let logSizeBytesKept = 16 << 20

    private mutating func readState() throws(StorageError) {
        catalog.nextID = try connection.integer("SELECT value FROM state WHERE name = 'nextID'") ?? 1
        sequence = try connection.integer("SELECT value FROM state WHERE name = 'sequence'") ?? 0
        isClean = try connection.integer("SELECT value FROM state WHERE name = 'clean'") == 1
    }

    private mutating func readCatalog() throws(StorageError) {
        for row in try records("streams") {
            guard let stream = ChangeStream(id: row.id, record: row.record) else { throw damaged("streams") }
            catalog.streams[row.id] = stream
            if !isClean {
                sequence = max(sequence, try connection.integer("SELECT max(sequence) FROM s\(row.id)") ?? 0)
            }
        }
        for row in try records("tables") {
            let table = Table(id: row.id, name: row.name, record: row.record, streams: catalog.streams)
            guard let table else { throw damaged("tables") }
            catalog.put(table)
        }
        guard isClean else { return }
        let statement = try connection.prepareOnce("SELECT id, items, bytes FROM counts")
        defer { statement.finalize() }
        while try statement.step() {
            counts[statement.int(0)] = ItemCount(items: Int(statement.int(1)), sizeBytes: Int(statement.int(2)))
        }
    }

    private func damaged(_ place: String) -> StorageError {
        .corrupt(path: connection.path, detail: "unreadable record in \(place)")
    }

    private func records(_ place: String) throws(StorageError) -> [(id: Int64, name: String, record: Item)] {
        let statement = try connection.prepareOnce("SELECT id, name, record FROM \(place)")
        defer { statement.finalize() }
        var rows: [(id: Int64, name: String, record: Item)] = []
        while try statement.step() {
            let name = String(decoding: statement.blob(1), as: UTF8.self)
            guard let record = try? StoredItem(checking: statement.blob(2)) else { throw damaged(place) }
            rows.append((statement.int(0), name, record.item))
        }
        return rows
    }
}

/// Keeps a second database object of this process off the same file; SQLite's lock keeps other processes off.
final class FileHold: Sendable {
    private struct Identity: Hashable {
        var device: dev_t
        var inode: ino_t
    }

    private static let held = Mutex<Set<Identity>>([])
    private let identity: Identity

    /// - Parameter path: of an existing file.
    init(_ path: String) throws(StorageError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw .cannotOpen(path: path, detail: String(cString: strerror(errno)))
        }
        let identity = Identity(device: status.st_dev, inode: status.st_ino)
        guard Self.held.withLock({ $0.insert(identity).inserted }) else { throw .alreadyOpen(path: path) }
        self.identity = identity
    }

    /// Lets the file be opened again.
    func release() { _ = Self.held.withLock { $0.remove(identity) } }
}
