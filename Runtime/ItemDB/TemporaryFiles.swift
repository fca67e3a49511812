import Glibc

extension ItemDatabase {
    /// Makes a directory in `$TMPDIR`, else in /tmp.
    static func temporaryDirectory() throws(StorageError) -> String {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array((parent + "/items-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else {
            throw .cannotOpen(path: parent, detail: String(cString: strerror(errno)))
        }
        return template.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { String(cString: $0) } ?? ""
        }
    }

    /// Deletes a directory that ``temporaryDirectory()`` made; a file that is left over does no harm.
    static func remove(_ directory: String) {
        for name in ["items.db", "items.db-wal", "items.db-shm", "items.db-journal"] { unlink(directory + "/" + name) }
        rmdir(directory)
    }

    /// Copies a file within the kernel.
    ///
    /// Not for a database that is open in this process: closing any descriptor of it would drop SQLite's locks.
    static func copyFile(_ source: String, to destination: String) throws(StorageError) {
        func failure(_ path: String) -> StorageError {
            errno == ENOSPC ? .diskFull(path: path) : .cannotOpen(path: path, detail: String(cString: strerror(errno)))
        }
        let input = Glibc.open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw failure(source) }
        defer { Glibc.close(input) }
        let output = Glibc.open(destination, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw failure(destination) }
        defer { Glibc.close(output) }
        var status = stat()
        guard fstat(input, &status) == 0 else { throw failure(source) }
        var left = Int(status.st_size)
        while left > 0 {
            let count = sendfile(output, input, nil, left)
            guard count > 0 else { throw failure(destination) }
            left -= count
        }
    }
}
