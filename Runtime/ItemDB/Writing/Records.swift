// What others keep beside the tables, in the same file and in the same order as the writes to tables.

/// One record, put or deleted.
package struct RecordChange: Sendable {
    /// What sort of record it is; keys are unique within a kind.
    package var kind: String
    package var key: String
    /// nil deletes the record, and one that is not there is no error.
    package var value: [UInt8]?

    package init(kind: String, key: String, value: [UInt8]?) {
        self.kind = kind
        self.key = key
        self.value = value
    }
}

extension ItemDatabase {
    /// Carries out all changes, in order, or none.
    package func keep(_ changes: [RecordChange], completion: @escaping WriteCompletion<Void>) {
        let weight = changes.reduce(0) { $0 + $1.kind.utf8.count + $1.key.utf8.count + ($1.value?.count ?? 0) }
        submit(
            .write(weight: weight, isQuick: true, completion) { session throws(StorageError) in
                for change in changes { try session.connection.keep(change) }
                return .success(())
            }, completion)
    }

    /// Every record of a kind, in the order of the keys' UTF-8 bytes.
    package func records(of kind: String) throws(StorageError) -> [(key: String, value: [UInt8])] {
        try readers.read { connection throws(StorageError) in
            let statement = try connection.prepareOnce("SELECT key, value FROM records WHERE kind = ?1 ORDER BY key")
            defer { statement.finalize() }
            return try Array(kind.utf8).withUnsafeBufferPointer { kind throws(StorageError) in
                statement.bind(1, kind)
                var records: [(key: String, value: [UInt8])] = []
                while try statement.step() {
                    records.append((String(decoding: statement.blob(0), as: UTF8.self), statement.blob(1)))
                }
                return records
            }
        }
    }
}

extension Connection {
    fileprivate func keep(_ change: RecordChange) throws(StorageError) {
        let statement = try change.value == nil ? deleteRecord() : putRecord()
        try Array(change.kind.utf8).withUnsafeBufferPointer { kind throws(StorageError) in
            try Array(change.key.utf8).withUnsafeBufferPointer { key throws(StorageError) in
                statement.bind(1, kind)
                statement.bind(2, key)
                if let value = change.value {
                    try statement.run(binding: 3, value)
                } else {
                    try statement.run()
                }
            }
        }
    }
}
