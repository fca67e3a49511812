import Glibc
import JSON
import Machine

/// What a snapshot says of itself.
struct SnapshotManifest: Codable {
    static let kind = "emulator snapshot"
    static let formatVersion = 1

    var kind: String
    var format: Int
    /// By the emulator's clock, RFC 3339.
    var madeAt: String
    /// SHA-256 of the database's file, in hexadecimal.
    var database: String
    /// Sizes in bytes of the files with objects' contents, by name.
    var objects: [String: Int]

    /// Of a folder that is whole.
    init(of folder: StateFolder, madeAt: String) throws(EmulatorError) {
        kind = Self.kind
        format = Self.formatVersion
        self.madeAt = madeAt
        database = try StateFolder.digest(of: folder.database)
        objects = try Self.sizes(in: folder.objects)
    }

    private static func sizes(in folder: String) throws(EmulatorError) -> [String: Int] {
        guard access(folder, F_OK) == 0 else { return [:] }
        var sizes: [String: Int] = [:]
        for name in try Directory.entries(of: folder) {
            guard let status = FileStatus(of: "\(folder)/\(name)") else {
                throw EmulatorError("\(folder)/\(name) can't be read: \(String(cString: strerror(errno))).")
            }
            sizes[name] = status.sizeBytes
        }
        return sizes
    }

    /// Reads a snapshot's, and holds the files to it.
    ///
    /// - Throws: `EmulatorError` if the folder is no snapshot, of a later format, or not as it was made.
    static func checked(_ folder: StateFolder) throws(EmulatorError) -> SnapshotManifest {
        guard folder.isThere else { throw EmulatorError("There is no snapshot \(folder.path).") }
        guard access(folder.manifest, F_OK) == 0 else {
            throw EmulatorError(
                "\(folder.path) is no snapshot: it has no snapshot.json. Make one by `emulator snapshot`.")
        }
        let value = try TextFile.json(folder.manifest)
        guard value["kind"]?.string == kind, let format = value["format"]?.int else {
            throw EmulatorError("\(folder.manifest) is not of an emulator's snapshot.")
        }
        guard format == formatVersion else {
            throw EmulatorError(
                "\(folder.path) has format \(format), and this emulator reads format \(formatVersion). Use the version that "
                    + "made it.")
        }
        guard let manifest = try? decodeJSON(SnapshotManifest.self, from: value.compactBytes) else {
            throw EmulatorError("\(folder.manifest) is damaged. Use another snapshot.")
        }
        guard try StateFolder.digest(of: folder.database) == manifest.database else {
            throw EmulatorError(
                "\(folder.database) is damaged: it is not the file that was made. Use another snapshot.")
        }
        guard try sizes(in: folder.objects) == manifest.objects else {
            throw EmulatorError("\(folder.objects) is damaged: files are missing or cut off. Use another snapshot.")
        }
        return manifest
    }
}
