import Glibc
import NIOCore
import Synchronization

/// The folder with the contents of all objects, a file each, named by a number that is never used again. A file has its
/// name when all of it is there, and does not change any more: copies of an object, and of the whole folder by hard
/// links, share it.
final class ObjectFiles: Sendable {
    typealias ID = UInt64

    private static let unfinishedSuffix = ".part"

    let folder: String
    /// Whether a file is on the disk before it gets its name, and its name before it is recorded.
    let syncsToDisk: Bool
    private let lastID = Atomic<ID>(0)
    private let isTakenUp = Atomic(false)

    init(folder: String, syncsToDisk: Bool) {
        self.folder = folder
        self.syncsToDisk = syncsToDisk
    }

    /// Where the contents are of the objects that a database knows.
    static func folder(beside database: String) -> String {
        (database.lastIndex(of: "/").map { String(database[..<$0]) } ?? ".") + "/objects"
    }

    /// Removes what nothing refers to: uploads that were cut off, contents whose objects were deleted. Once, before
    /// anything is written; what was begun since then stays.
    ///
    /// - Parameter kept: no file made from now on has one of these numbers.
    func takeUp(_ kept: Set<ID>) {
        guard isTakenUp.exchange(true, ordering: .relaxed) == false else { return }
        lastID.store(kept.max() ?? 0, ordering: .relaxed)
        for name in (try? Directory.entries(of: folder)) ?? [] {
            if let id = ID(name, radix: 16), kept.contains(id), name == Self.name(of: id) { continue }
            unlink("\(folder)/\(name)")
        }
    }

    func path(of id: ID) -> String { "\(folder)/\(Self.name(of: id))" }

    private static func name(of id: ID) -> String {
        let digits = String(id, radix: 16)
        return String(repeating: "0", count: max(0, 16 - digits.count)) + digits
    }

    // MARK: Writing

    /// A file on its way.
    struct Unfinished: ~Copyable {
        let id: ID
        private let descriptor: CInt
        private let path: String
        private var isFinished = false

        fileprivate init(id: ID, descriptor: CInt, path: String) {
            (self.id, self.descriptor, self.path) = (id, descriptor, path)
        }

        /// - Throws: the error of the system.
        func write(_ bytes: UnsafeRawBufferPointer) throws(SystemFailure) {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw SystemFailure(path) }
                rest = rest.dropFirst(count)
            }
        }

        fileprivate consuming func finish(as name: String, syncsToDisk: Bool) throws(SystemFailure) {
            guard !syncsToDisk || fsync(descriptor) == 0, rename(path, name) == 0 else { throw SystemFailure(path) }
            isFinished = true
        }

        deinit {
            close(descriptor)
            if !isFinished { unlink(path) }
        }
    }

    struct SystemFailure: Error, CustomStringConvertible {
        let description: String
        init(_ path: String) { description = "\(path): \(String(cString: strerror(errno)))" }
    }

    func begin() throws(SystemFailure) -> Unfinished {
        let id = lastID.add(1, ordering: .relaxed).newValue
        let path = path(of: id) + Self.unfinishedSuffix
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        var descriptor = open(path, flags, 0o600)
        if descriptor < 0, errno == ENOENT {
            mkdir(folder, 0o700)
            descriptor = open(path, flags, 0o600)
        }
        guard descriptor >= 0 else { throw SystemFailure(path) }
        return Unfinished(id: id, descriptor: descriptor, path: path)
    }

    func finish(_ file: consuming Unfinished) throws(SystemFailure) {
        let name = path(of: file.id)
        try file.finish(as: name, syncsToDisk: syncsToDisk)
        guard syncsToDisk else { return }
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemFailure(folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemFailure(folder) }
    }

    // MARK: Reading

    func file(_ id: ID) throws(SystemFailure) -> FileSlice.File {
        let descriptor = open(path(of: id), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemFailure(path(of: id)) }
        return FileSlice.File(descriptor: descriptor)
    }

    /// Reads all of the segments in order, in pieces.
    func read(
        _ segments: [ObjectSegment], _ each: (UnsafeRawBufferPointer) -> Void
    ) throws(SystemFailure) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 262_144, alignment: 16)
        defer { buffer.deallocate() }
        for segment in segments {
            let path = path(of: segment.file)
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw SystemFailure(path) }
            defer { close(descriptor) }
            var (offset, left) = (segment.offset, segment.length)
            while left > 0 {
                let count = pread(descriptor, buffer.baseAddress, min(left, buffer.count), off_t(offset))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw SystemFailure(path) }
                each(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                offset += count
                left -= count
            }
        }
    }

    // MARK: The whole folder

    /// A file that can't be removed now is an orphan, and goes at the next start.
    func remove(_ id: ID) { unlink(path(of: id)) }

    /// Makes a second folder of the same files, which never change; of copies where the file system has no links.
    ///
    /// - Throws: `EmulatorError` naming the file.
    static func link(from folder: String, to copy: String) throws(EmulatorError) {
        guard access(folder, F_OK) == 0 else { return }
        guard mkdir(copy, 0o700) == 0 || errno == EEXIST else {
            throw EmulatorError("\(copy) can't be made: \(String(cString: strerror(errno))).")
        }
        for name in try Directory.entries(of: folder) where !name.hasSuffix(unfinishedSuffix) {
            let (from, to) = ("\(folder)/\(name)", "\(copy)/\(name)")
            if Glibc.link(from, to) != 0 { try StateFolder.copy(from, to: to) }
        }
    }
}

/// A part of a file; an object's content is one after the other.
struct ObjectSegment: Hashable, Sendable {
    var file: ObjectFiles.ID
    var offset: Int
    var length: Int
}

extension [ObjectSegment] {
    var size: Int { reduce(0) { $0 + $1.length } }

    /// Those of a range of the content.
    func slice(_ range: Range<Int>) -> [ObjectSegment] {
        var result: [ObjectSegment] = []
        var start = 0
        for segment in self {
            let lower = Swift.max(range.lowerBound, start)
            let upper = Swift.min(range.upperBound, start + segment.length)
            if lower < upper {
                result.append(
                    ObjectSegment(file: segment.file, offset: segment.offset + lower - start, length: upper - lower))
            }
            start += segment.length
        }
        return result
    }
}
