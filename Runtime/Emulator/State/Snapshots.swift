import Glibc
import ItemDB
import JSON
import Time

extension Deployment {
    /// Copies everything that is kept, as it is between two turns of the services' loop, to a folder that is not there
    /// yet. It appears whole or not at all.
    func makeSnapshot(_ path: String) async throws(EmulatorError) {
        guard path.hasPrefix("/") else { throw EmulatorError("The folder of a snapshot must be a path from the root.") }
        let (folder, unfinished) = (StateFolder(path: path), StateFolder(path: path + ".unfinished-\(getpid())"))
        guard !folder.isThere else { throw EmulatorError("\(path) is there already. Name a folder that is not.") }
        try unfinished.make()
        do throws(EmulatorError) {
            try await snapshot(to: unfinished.database)
            let manifest = try SnapshotManifest(of: unfinished, madeAt: clock.now.description)
            do {
                try TextFile.write(String(decoding: try encodeJSON(manifest), as: UTF8.self), to: unfinished.manifest)
            } catch {
                throw EmulatorError("\(unfinished.manifest) can't be written: \(error)")
            }
            try unfinished.move(to: folder)
        } catch {
            ItemDatabase.remove(unfinished.path)
            throw error
        }
    }
}

extension Emulator {
    /// Puts a snapshot in a folder for `--data`. Until it is whole there, nothing of what was in the folder is touched.
    ///
    /// - Parameter force: replaces what is in the folder.
    /// - Throws: `EmulatorError` if the snapshot can't be read or is not as it was made, the folder holds something, or
    ///   an emulator uses it.
    /// - Returns: when the snapshot was made, RFC 3339.
    package static func restore(
        _ snapshot: String, to data: String, force: Bool
    ) throws(EmulatorError) -> String {
        let source = StateFolder(path: withoutSlash(snapshot))
        let manifest = try SnapshotManifest.checked(source)
        let folder = StateFolder(path: withoutSlash(data))
        if folder.isThere, !folder.isEmpty {
            guard force else { throw EmulatorError("\(data) holds something. Name another folder, or give --force.") }
            guard access(folder.database, F_OK) == 0 else {
                throw EmulatorError("\(data) is no folder of an emulator: it has no emulator.db. Name another folder.")
            }
            try requireUnused(folder.database)
        }
        let fresh = StateFolder(path: folder.path + ".restored-\(getpid())")
        try fresh.make()
        do throws(EmulatorError) {
            try StateFolder.copy(source.database, to: fresh.database)
            try requireReadable(fresh.database)
            try ObjectFiles.link(from: source.objects, to: fresh.objects)
        } catch {
            ItemDatabase.remove(fresh.path)
            throw error
        }
        try replace(folder, by: fresh)
        return manifest.madeAt
    }

    private static func replace(_ folder: StateFolder, by fresh: StateFolder) throws(EmulatorError) {
        guard folder.isThere else { return try fresh.move(to: folder) }
        let old = StateFolder(path: folder.path + ".replaced-\(getpid())")
        try folder.move(to: old)
        do throws(EmulatorError) {
            try fresh.move(to: folder)
        } catch {
            try old.move(to: folder)
            throw error
        }
        ItemDatabase.remove(old.path)
    }

    /// A damaged database may be replaced, one that is in use not.
    private static func requireUnused(_ database: String) throws(EmulatorError) {
        do throws(StorageError) {
            try ItemDatabase.open(database, options: DatabaseOptions(clock: { EmulatorClock.wall })).close()
        } catch {
            switch error {
            case .lockedByAnotherProcess, .alreadyOpen: throw EmulatorError("\(error)")
            default: break
            }
        }
    }

    private static func requireReadable(_ database: String) throws(EmulatorError) {
        do throws(StorageError) {
            try ItemDatabase.open(database, options: DatabaseOptions(clock: { EmulatorClock.wall })).close()
        } catch {
            throw EmulatorError("\(error)")
        }
    }

    private static func withoutSlash(_ path: String) -> String {
        path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }
}
