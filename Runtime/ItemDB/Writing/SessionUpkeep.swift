import Items
import Time

// Counts and retention.
extension WriteSession {
    /// How often old records are looked for, by the database's clock.
    private static var pruneInterval: Duration { .seconds(60) }
    /// Records deleted of one stream in one batch, which bounds how long the batch takes.
    private static var prunedRecordsMax: Int64 { 4_096 }

    func pruneIfDue() throws(StorageError) {
        let now = clock()
        if let prunedAt, now >= prunedAt, now - prunedAt < Self.pruneInterval { return }
        prunedAt = now
        let tokens = try connection.pruneTokens()
        tokens.bind(1, now.milliseconds)
        try tokens.run()
        let cutoff = now - ChangeStream.retention
        for stream in catalog.streams.values {
            try prune(stream, before: cutoff)
            if let endedAt = stream.endedAt, endedAt < cutoff { try forget(stream) }
        }
    }

    private func prune(_ stream: ChangeStream, before cutoff: Timestamp) throws(StorageError) {
        let records = try connection.changes(stream.id)
        records.bind(1, 0)
        records.bind(2, Self.prunedRecordsMax)
        var last: Int64?
        while try records.step(), records.int(1) < cutoff.milliseconds { last = records.int(0) }
        records.reset()
        guard let last else { return }
        // The numbers must go on rising when the greatest are gone.
        try connection.execute("REPLACE INTO state (name, value) VALUES ('sequence', \(sequence))")
        let deletion = try connection.pruneChanges(stream.id)
        deletion.bind(1, last)
        try deletion.run()
    }

    /// Counts every item and index entry of a table anew.
    func recount(_ table: Table) throws(StorageError) {
        let whole = KeyRange(segment: 0, of: 1)
        countChanges.replace(table.id, with: try count(connection.items(table.id, forward: true), in: whole))
        for index in table.indexes {
            let entries =
                index.projectedNames(of: table.key) == nil
                ? try connection.wholeEntries(index.id, table: table.id, forward: true)
                : try connection.entries(index.id, forward: true)
            countChanges.replace(index.id, with: try count(entries, in: whole))
        }
    }

    private func count(_ rows: Statement, in range: KeyRange) throws(StorageError) -> ItemCount {
        var count = ItemCount()
        // Unchecked: one damaged item does not keep the others from being used.
        try rows.forEachRow(in: range) {
            count.items += 1
            count.sizeBytes += StoredItem(bytes: rows.blob(0)).sizeBytes
            return true
        }
        return count
    }

    /// Writes down counts and sequence, so that the next start need not find them out.
    func markClean() throws(StorageError) {
        guard !isMarkedClean else { return }
        try connection.execute("BEGIN IMMEDIATE; DELETE FROM counts")
        do throws(StorageError) {
            for (id, count) in published.counts {
                try connection.execute("INSERT INTO counts VALUES (\(id), \(count.items), \(count.sizeBytes))")
            }
            try connection.execute(
                """
                REPLACE INTO state (name, value) VALUES ('sequence', \(sequence));
                UPDATE state SET value = 1 WHERE name = 'clean'; COMMIT
                """)
        } catch {
            rollBack()
            throw error
        }
        isMarkedClean = true
    }

    func copy(to path: String) throws(StorageError) {
        try markClean()
        try connection.copy(to: path)
    }
}
