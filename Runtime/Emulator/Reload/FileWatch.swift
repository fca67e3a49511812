import Glibc
import Machine

/// Tells which files in some folders have been written, each once it is whole.
///
/// A file counts as whole when its writer has closed it or moved it to its place, and it has not changed for
/// ``quietMilliseconds`` since.
///
/// - Note: Source: inotify(7).
struct FileWatch {
    struct Change: Sendable {
        /// Folder, slash and name.
        var files: Set<String>
        /// When the last of them was closed or moved.
        var at: ContinuousClock.Instant
    }

    static let quietMilliseconds: Int32 = 10
    /// How soon a folder is found that was deleted and made anew, as by a clean build.
    private static let missingMilliseconds: Int32 = 250

    /// Ends with the task that reads it.
    let changes: AsyncStream<Change>

    /// - Throws: `EmulatorError` if the system has no more watches to give.
    init(folders: Set<String>) throws(EmulatorError) {
        var ends: [Int32] = [-1, -1]
        let queue = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        guard queue >= 0, pipe(&ends) == 0 else {
            throw EmulatorError("--watch: the system gives no watch for files: \(String(cString: strerror(errno))).")
        }
        let (stop, stopper) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let (stream, continuation) = AsyncStream.makeStream(of: Change.self)
        continuation.onTermination = { _ in close(stopper) }
        changes = stream
        DetachedThread.run(named: "watch") {
            var watcher = Watcher(queue: queue, folders: folders)
            watcher.run(until: stop) { continuation.yield($0) }
            close(queue)
            close(stop)
        }
    }

    private struct Watcher {
        let queue: Int32
        /// Those that can't be watched now.
        private var missing: Set<String>
        private var folders: [Int32: String] = [:]
        /// What was written, as it was when it was last looked at.
        private var written: [String: FileStatus.Identity?] = [:]
        private var lastEvent = ContinuousClock.now
        private var isRunning = false

        init(queue: Int32, folders: Set<String>) {
            self.queue = queue
            missing = folders
            watchMissing()
            isRunning = true
        }

        mutating func run(until stop: Int32, tell: (Change) -> Void) {
            var descriptors = [queue, stop].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            while true {
                let wait =
                    written.isEmpty
                    ? (missing.isEmpty ? -1 : FileWatch.missingMilliseconds) : FileWatch.quietMilliseconds
                let count = poll(&descriptors, 2, wait)
                if count < 0, errno != EINTR { return }
                if descriptors[1].revents != 0 { return }
                if count > 0 { readEvents() }
                if count == 0, let change = settled() { tell(change) }
                watchMissing()
            }
        }

        private mutating func watchMissing() {
            let events = IN_CLOSE_WRITE | IN_MOVED_TO | IN_ATTRIB | IN_MOVE_SELF | IN_ONLYDIR
            for folder in missing {
                let watch = inotify_add_watch(queue, folder, UInt32(events))
                guard watch >= 0 else { continue }
                folders[watch] = folder
                missing.remove(folder)
                // What was written before is not told.
                if isRunning { for name in (try? Directory.entries(of: folder)) ?? [] { note("\(folder)/\(name)") } }
            }
        }

        private mutating func readEvents() {
            withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: MemoryLayout<inotify_event>.alignment) {
                buffer in
                let size = MemoryLayout<inotify_event>.size
                while true {
                    let count = read(queue, buffer.baseAddress, buffer.count)
                    guard count > 0 else { return }
                    var offset = 0
                    while offset + size <= count {
                        let event = buffer.load(fromByteOffset: offset, as: inotify_event.self)
                        let name = buffer[(offset + size)..<(offset + size + Int(event.len))].prefix { $0 != 0 }
                        note(event, String(decoding: name, as: UTF8.self))
                        offset += size + Int(event.len)
                    }
                }
            }
        }

        private mutating func note(_ event: inotify_event, _ name: String) {
            guard let folder = folders[event.wd] else { return }
            if event.mask & UInt32(IN_MOVE_SELF) != 0 {
                // Elsewhere it is not the folder of that name any more.
                inotify_rm_watch(queue, event.wd)
            } else if event.mask & UInt32(IN_IGNORED) != 0 {
                folders[event.wd] = nil
                missing.insert(folder)
            } else if !name.isEmpty, event.mask & UInt32(IN_ISDIR) == 0 {
                note("\(folder)/\(name)")
            }
        }

        private mutating func note(_ path: String) {
            written[path] = .some(FileStatus(of: path)?.identity)
            lastEvent = .now
        }

        /// Files that have not changed since they were looked at last.
        private mutating func settled() -> Change? {
            var files: Set<String> = []
            for (path, identity) in written {
                let now = FileStatus(of: path)?.identity
                if now == identity { files.insert(path) } else { written[path] = .some(now) }
            }
            for path in files { written[path] = nil }
            return files.isEmpty ? nil : Change(files: files, at: lastEvent)
        }
    }
}
