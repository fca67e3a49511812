import ItemDB
import NIOCore

/// What the services keep over a restart, on one event loop.
///
/// A service holds its state in memory, changes it, and notes here what has changed. All that one turn of the loop
/// notes is written in one transaction, whichever the services, and turns are written in order: after a crash the file
/// holds everything up to some turn and nothing of later ones. Answers wait for the commit.
final class Journal {
    private let database: ItemDatabase
    private let loop: any EventLoop
    private let work: WorkInHand
    private let onFailure: @Sendable (StorageError) -> Void
    private var noted: [RecordChange] = []
    private var actions: [() -> Void] = []
    private var isFlushScheduled = false
    private var isWriting = false
    private var isAbandoned = false

    /// - Parameter onFailure: told when what was noted can't be written. Memory is then ahead of the file for good, so
    ///   that no answer is given any more.
    init(
        database: ItemDatabase, loop: any EventLoop, work: WorkInHand,
        onFailure: @escaping @Sendable (StorageError) -> Void
    ) {
        self.database = database
        self.loop = loop
        self.work = work
        self.onFailure = onFailure
    }

    /// Every record of a kind, in the order of their keys.
    ///
    /// - Throws: `EmulatorError` if the file can't be read.
    func load(_ kind: String) throws(EmulatorError) -> [(key: String, value: [UInt8])] {
        do throws(StorageError) {
            return try database.records(of: kind)
        } catch {
            throw EmulatorError("\(error)")
        }
    }

    func put(_ kind: String, _ key: String, _ value: [UInt8]) {
        if isAbandoned { return }
        noted.append(RecordChange(kind: kind, key: key, value: value))
        scheduleFlush()
    }

    func remove(_ kind: String, _ key: String) {
        if isAbandoned { return }
        noted.append(RecordChange(kind: kind, key: key, value: nil))
        scheduleFlush()
    }

    /// Carries `action` out on the loop once everything noted so far is in the file: at once, if it is already.
    func afterCommit(_ action: @escaping () -> Void) {
        // What it would tell of has not been kept.
        if isAbandoned { return }
        guard !noted.isEmpty || isWriting || !actions.isEmpty else { return action() }
        actions.append(action)
        scheduleFlush()
    }

    /// Writes what is noted, and takes nothing more: to be called before the database is closed.
    func end(_ completion: @escaping () -> Void) {
        afterCommit { [self] in
            abandon()
            completion()
        }
    }

    /// Drops what this turn of the loop has noted and all that comes: the services that noted it could not be made.
    func abandon() {
        isAbandoned = true
        noted = []
        actions = []
    }

    private func scheduleFlush() {
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        work.begin()
        loop.assumeIsolated().execute { [self] in flush() }
    }

    private func flush() {
        // What comes meanwhile goes together, when this is written.
        guard isFlushScheduled, !isWriting else { return }
        isFlushScheduled = false
        isWriting = true
        let changes = noted
        let actions = NIOLoopBound(actions, eventLoop: loop)
        noted = []
        self.actions = []
        let bound = NIOLoopBound(self, eventLoop: loop)
        let (loop, work, onFailure) = (loop, work, onFailure)
        let finish: @Sendable (Result<Void, WriteFailure>) -> Void = { result in
            loop.execute {
                bound.value.isWriting = false
                switch result {
                case .success: for action in actions.value { action() }
                case .failure(.storage(let error)): onFailure(error)
                // The writer has more to do than it takes; the same again is in order, for nothing came in between.
                case .failure: bound.value.putBack(changes, actions.value)
                }
                bound.value.flush()
                work.end()
            }
        }
        guard !changes.isEmpty else { return finish(.success(())) }
        database.keep(changes, completion: finish)
    }

    private func putBack(_ changes: [RecordChange], _ actions: [() -> Void]) {
        noted = changes + noted
        self.actions = actions + self.actions
        scheduleFlush()
    }
}
