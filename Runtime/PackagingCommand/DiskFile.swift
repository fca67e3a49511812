import Glibc
import Packaging

/// Files as wholes.
enum DiskFile {
    static func read(_ path: String) throws(PackagingError) -> [UInt8] {
        guard let file = fopen(path, "rb") else {
            throw PackagingError("\(path) can't be read: \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 20)
        while case let count = fread(&part, 1, part.count, file), count > 0 { bytes += part[..<count] }
        guard ferror(file) == 0 else { throw PackagingError("\(path) can't be read to its end") }
        return bytes
    }

    /// Whole or not at all, with the folders that it lies in.
    static func write(
        _ bytes: [UInt8], to path: String, _ permissions: ZipArchive.Permissions = .readable
    ) throws(PackagingError) {
        try makeFolders(of: path)
        let part = path + ".part"
        guard let file = fopen(part, "wb") else {
            throw PackagingError("\(part) can't be written: \(String(cString: strerror(errno)))")
        }
        let written = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, written == bytes.count, chmod(part, permissions.rawValue) == 0, rename(part, path) == 0
        else { throw PackagingError("\(path) can't be written: \(String(cString: strerror(errno)))") }
    }

    private static func makeFolders(of path: String) throws(PackagingError) {
        for end in path.indices.dropFirst() where path[end] == "/" {
            let folder = String(path[..<end])
            guard mkdir(folder, 0o755) == 0 || errno == EEXIST else {
                throw PackagingError("\(folder) can't be made: \(String(cString: strerror(errno)))")
            }
        }
    }
}
