import Items
import Time

/// What the writer works on: its connection, and the state that becomes visible with the next commit.
///
/// Used by one thread at a time: the one the writer works on.
final class WriteSession {
    let connection: Connection
    private let hold: FileHold
    let clock: @Sendable () -> Timestamp
    /// As of the batch in hand.
    var catalog: Catalog
    var counts: [Int64: ItemCount?]
    var isCatalogChanged = false
    /// Whether anybody is told of changes that no stream records.
    var isObserved = false
    /// The changes of the batch in hand.
    private(set) var changes: [Change] = []
    private(set) var sequence: Int64
    /// Whether the file says that its counts are right.
    var isMarkedClean: Bool
    /// When old stream records and tokens were last deleted.
    var prunedAt: Timestamp?

    /// What a failed commit goes back to.
    private var before: (catalog: Catalog, counts: [Int64: ItemCount?], sequence: Int64, isMarkedClean: Bool)?

    init(_ file: OpenedFile, clock: @escaping @Sendable () -> Timestamp) {
        connection = file.connection
        hold = file.hold
        catalog = file.catalog
        counts = file.counts
        sequence = file.sequence
        isMarkedClean = file.isClean
        self.clock = clock
    }

    func begin() throws(StorageError) {
        before = (catalog, counts, sequence, isMarkedClean)
        changes = []
        isCatalogChanged = false
        try connection.statement(.control(.begin)) { "BEGIN IMMEDIATE" }.run()
    }

    func commit() throws(StorageError) {
        try connection.statement(.control(.commit)) { "COMMIT" }.run()
        before = nil
    }

    /// Forgets the batch. Some errors have ended SQLite's transaction already; then there is nothing left to do.
    func rollBack() {
        try? connection.statement(.control(.rollback)) { "ROLLBACK" }.run()
        if let before { (catalog, counts, sequence, isMarkedClean) = before }
        changes = []
        isCatalogChanged = false
    }

    /// Notes the change of one item, in the table's stream if it has one.
    func record(_ table: Table, old: StoredItem?, new: StoredItem?, cause: Change.Cause) throws(StorageError) {
        guard isObserved || table.stream != nil else { return }
        sequence += 1
        let change = Change(
            sequence: sequence, table: table.name, keySchema: table.key, old: old, new: new, at: clock(), cause: cause)
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
        connection.close()
        hold.release()
    }

    /// Before the first write after a start or a clean point: until the next one the counts in the file are stale.
    func markDirty() throws(StorageError) {
        guard isMarkedClean else { return }
        try connection.execute("UPDATE state SET value = 0 WHERE name = 'clean'")
        isMarkedClean = false
    }
}

/// How many items a table or index holds, and their size as DynamoDB counts it.
struct ItemCount: Hashable, Sendable {
    var items = 0
    var sizeBytes = 0
}
