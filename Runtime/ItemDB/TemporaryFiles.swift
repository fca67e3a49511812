import Glibc

extension ItemDatabase {
    /// Makes a directory in `$TMPDIR`, else in /tmp, named after this process.
    package static func temporaryDirectory() throws(StorageError) -> String {
        _ = leftoversAreRemoved
        var template = Array("\(temporaryParent)/\(namePrefix)\(getpid())-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw .cannotOpen(path: temporaryParent, detail: String(cString: strerror(errno)))
        }
        return template.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { String(cString: $0) } ?? ""
        }
    }

    private static var temporaryParent: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }
    private static let namePrefix = "items-"

    /// Once per process: what killed processes left behind is deleted.
    private static let leftoversAreRemoved: Void = {
        guard let folder = opendir(temporaryParent) else { return }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            // In place: an entry is as long as its name, and to copy the whole field could read past the last page.
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
            }
            guard name.hasPrefix(namePrefix),
                let process = pid_t(name.dropFirst(namePrefix.count).prefix { $0 != "-" }),
                kill(process, 0) != 0, errno == ESRCH
            else { continue }
            remove("\(temporaryParent)/\(name)")
        }
    }()

    /// Deletes a directory that ``temporaryDirectory()`` made, with all that is in it; what is left over does no harm.
    package static func remove(_ directory: String) {
        guard let folder = opendir(directory) else { return }
        while let entry = readdir(folder) {
            // In place: an entry is as long as its name, and to copy the whole field could read past the last page.
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
            }
            guard name != ".", name != ".." else { continue }
            let path = directory + "/" + name
            if entry.pointee.d_type == UInt8(DT_DIR) { remove(path) } else { unlink(path) }
        }
        closedir(folder)
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
