import Items
import Time

/// What the writer works on: its connection, and the state that becomes visible with the next commit.
///
/// Used by one thread at a time: the one the writer works on.
final class WriteSession {
    let connection: Connection
    private let hold: FileHold
    let published: Published
    let clock: @Sendable () -> Timestamp
    /// As of the batch in hand.
    var catalog: Catalog
    var isCatalogChanged = false
    var countChanges = CountChanges()
    /// Whether anybody is told of changes that no stream records.
    private var isObserved = false
    private var changes: [Change] = []
    /// Of the job in hand.
    var trace: String?
    private(set) var sequence: Int64
    /// Whether the file says that its counts are right.
    var isMarkedClean: Bool
    /// When old stream records and tokens were last deleted.
    var prunedAt: Timestamp?

    /// What a failed commit goes back to.
    private var before: (catalog: Catalog, sequence: Int64, isMarkedClean: Bool)?

    init(_ file: OpenedFile, published: Published, clock: @escaping @Sendable () -> Timestamp) {
        connection = file.connection
        hold = file.hold
        catalog = file.catalog
        sequence = file.sequence
        isMarkedClean = file.isClean
        self.published = published
        self.clock = clock
    }

    func begin() throws(StorageError) {
        before = (catalog, sequence, isMarkedClean)
        isObserved = published.isObserved
        try connection.statement(.control(.begin)) { "BEGIN IMMEDIATE" }.run()
    }

    func commit() throws(StorageError) {
        try connection.statement(.control(.commit)) { "COMMIT" }.run()
        before = nil
    }

    /// Forgets the batch. Some errors have ended SQLite's transaction already; then there is nothing left to do.
    func rollBack() {
        try? connection.statement(.control(.rollback)) { "ROLLBACK" }.run()
        if let before { (catalog, sequence, isMarkedClean) = before }
        forgetBatch()
    }

    /// Makes what was committed visible, and tells the observers.
    func publish() {
        published.update(catalog: isCatalogChanged ? catalog : nil, countChanges)
        if !changes.isEmpty { published.tell(changes) }
        forgetBatch()
    }

    private func forgetBatch() {
        changes = []
        countChanges = CountChanges()
        isCatalogChanged = false
    }

    /// Notes the change of one item, in the table's stream if it has one.
    func record(_ table: Table, old: StoredItem?, new: StoredItem?, cause: Change.Cause) throws(StorageError) {
        guard isObserved || table.stream != nil else { return }
        sequence += 1
        let change = Change(
            sequence: sequence, table: table.name, keySchema: table.key, old: old, new: new, at: clock(), cause: cause,
            trace: trace)
        if isObserved { changes.append(change) }
        guard let stream = table.stream else { return }
        let statement = try connection.insertChange(stream.id)
        statement.bind(1, change.sequence)
        statement.bind(2, change.at.milliseconds)
        statement.bind(3, cause.rawValue)
        try statement.run(binding: 4, old?.bytes, 5, new?.bytes)
    }

    func close() {
        // Without the mark the next start counts for itself, so a failure costs time only.
        try? markClean()
        // First: once a deleted file is closed, the next file may get its identity.
        hold.release()
        connection.close()
    }

    /// Before the first write after a start or a clean point: until the next one the counts in the file are stale.
    func markDirty() throws(StorageError) {
        guard isMarkedClean else { return }
        try connection.execute("UPDATE state SET value = 0 WHERE name = 'clean'")
        isMarkedClean = false
    }
}
