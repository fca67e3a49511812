import CSQLite
import Glibc

/// Why the database file can't be opened, read or written. The description is for operators: what happened, then what
/// to do.
package enum StorageError: Error, Hashable, Sendable {
    case lockedByAnotherProcess(path: String)
    /// This process has the file open already: two writers would not see each other's tables.
    case alreadyOpen(path: String)
    case corrupt(path: String, detail: String)
    /// One item can't be read; the others can. The key as people read it.
    case damagedItem(path: String, table: String, key: String, detail: String)
    /// A file, but not one of ours.
    case notADatabase(path: String)
    case newerFormat(path: String, found: Int, supported: Int)
    case readOnly(path: String)
    case diskFull(path: String)
    /// The file may not grow: by the system's limit for this process (`ulimit -f`), or the file system's own.
    case fileTooLarge(path: String)
    case cannotOpen(path: String, detail: String)
    /// Anything else that SQLite reports, by its extended result code.
    case failed(path: String, code: Int, detail: String)
    /// The database was closed before the request was carried out.
    case closed(path: String)
}

extension StorageError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .lockedByAnotherProcess(let path):
            "The database \(path) is in use by another process. Stop that one, or choose another file."
        case .alreadyOpen(let path):
            "The database \(path) is open in this process already. Use the open one, or choose another file."
        case .corrupt(let path, let detail):
            "The database \(path) is damaged (\(detail)). Restore it from a copy, or move it away to start with an empty one."
        case .damagedItem(let path, let table, let key, let detail):
            """
            An item of table \(table) in the database \(path) is damaged (\(key): \(detail)). \
            Restore the database from a copy.
            """
        case .notADatabase(let path):
            "The file \(path) is no item database, so it is left alone. Choose another file."
        case .newerFormat(let path, let found, let supported):
            """
            The database \(path) has format \(found), and this version reads formats up to \(supported). \
            Use a newer version, or choose another file.
            """
        case .readOnly(let path):
            "The database \(path) can't be written. Change the permissions of the file and its directory, or choose another file."
        case .diskFull(let path):
            "There is no space left for the database \(path). Free some; what was answered is stored."
        case .fileTooLarge(let path):
            """
            The database \(path) has reached the greatest size that the system allows it. Raise the limit (`ulimit -f`), or \
            move the file to another file system; what was answered is stored.
            """
        case .cannotOpen(let path, let detail):
            "The database \(path) can't be opened (\(detail)). Check that its directory exists and may be written."
        case .failed(let path, let code, let detail):
            "The database \(path) failed (\(detail), code \(code)). Nothing of the request was written; try again."
        case .closed(let path):
            "The database \(path) was closed before the request was carried out."
        }
    }
}

extension StorageError {
    /// The error for a result code of `handle`, on the thread where that has just come.
    init(_ code: Int32, of handle: OpaquePointer?, path: String) {
        // SQLite calls these failed writes; sqlite3_system_errno does not know of those within a COMMIT.
        switch (code & 0xFF, errno) {
        case (SQLITE_IOERR, EFBIG): self = .fileTooLarge(path: path)
        case (SQLITE_IOERR, EDQUOT): self = .diskFull(path: path)
        default: self = Self.reported(code, of: handle, path: path)
        }
    }

    private static func reported(_ code: Int32, of handle: OpaquePointer?, path: String) -> StorageError {
        let detail = handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
        switch code & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED: return .lockedByAnotherProcess(path: path)
        case SQLITE_CORRUPT: return .corrupt(path: path, detail: detail)
        case SQLITE_NOTADB: return .notADatabase(path: path)
        case SQLITE_READONLY, SQLITE_PERM: return .readOnly(path: path)
        case SQLITE_FULL: return .diskFull(path: path)
        case SQLITE_CANTOPEN: return .cannotOpen(path: path, detail: detail)
        default: return .failed(path: path, code: Int(code), detail: detail)
        }
    }
}
