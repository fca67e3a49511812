package import Time

// Reading the record of changes, and what is due to expire.
extension ItemDatabase {
    /// The streams that record, and the ended ones whose records are still kept, the oldest first.
    package var streams: [ChangeStream] { published.catalog.streams.values.sorted { $0.id < $1.id } }

    /// The records of a stream after a sequence number, in order.
    ///
    /// - Parameter limit: records at most.
    package func changes(
        of stream: ChangeStream, after sequence: Int64 = 0, limit: Int
    ) throws(StorageError) -> [Change] {
        try readers.read { connection throws(StorageError) in
            let statement = try connection.changes(stream.id)
            statement.bind(1, sequence)
            statement.bind(2, Int64(limit))
            defer { statement.reset() }
            var changes: [Change] = []
            while try statement.step() {
                changes.append(
                    Change(
                        sequence: statement.int(0), table: stream.table, keySchema: stream.key,
                        old: try statement.image(3, of: stream), new: try statement.image(4, of: stream),
                        at: Timestamp(milliseconds: statement.int(1)),
                        cause: Change.Cause(rawValue: statement.int(2)) ?? .request))
            }
            return changes
        }
    }

    /// The sequence numbers of the oldest and the newest record; nil if there is none.
    package func changeBounds(of stream: ChangeStream) throws(StorageError) -> ClosedRange<Int64>? {
        try readers.read { connection throws(StorageError) in
            let statement = try connection.changeBounds(stream.id)
            defer { statement.reset() }
            guard try statement.step(), !statement.isNull(0) else { return nil }
            return statement.int(0)...statement.int(1)
        }
    }

    /// When the next item expires, by its time to live; nil if none will. Items long past that time, which
    /// ``expire(limit:completion:)`` leaves alone, do not count.
    package func nextExpiry() throws(StorageError) -> Timestamp? {
        let tables = published.catalog.tables.values.filter { $0.timeToLive != nil }
        guard !tables.isEmpty else { return nil }
        let oldest = clock().secondsRoundedDown - WriteSession.expiryAgeSecondsMax
        return try readers.read { connection throws(StorageError) in
            var next: Int64?
            for table in tables {
                let statement = try connection.nextExpiry(table.id)
                statement.bind(1, oldest)
                defer { statement.reset() }
                if try statement.step(), !statement.isNull(0) { next = min(next ?? .max, statement.int(0)) }
            }
            // Times that no clock of ours reaches would not fit in milliseconds.
            return next.flatMap { $0 > .max / 1_000 ? nil : Timestamp(seconds: $0) }
        }
    }
}

extension Statement {
    fileprivate func image(_ column: Int32, of stream: ChangeStream) throws(StorageError) -> StoredItem? {
        isNull(column) ? nil : try item(column, in: StoredPlace(stream), row: 0)
    }
}
