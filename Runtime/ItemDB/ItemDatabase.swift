import Glibc
package import Items
import Time

/// A database of DynamoDB tables in one file: one thread writes, everybody reads.
///
/// - A write is answered after its commit, and what it wrote is seen by every read that begins after the answer.
/// - A write is carried out by itself: what it read has not changed when it writes. So are transactions.
/// - Several reads of one call (``items(_:)``) see one and the same state.
/// - One process at a time has the file open, and one database object in it.
package final class ItemDatabase: Sendable {
    package let path: String
    let readers: ReaderPool
    private let writer: Writer
    let published: Published
    let clock: @Sendable () -> Timestamp
    /// A directory of our own that is deleted with the database.
    private let temporaryDirectory: String?

    private init(_ path: String, _ options: DatabaseOptions, temporaryDirectory: String?) throws(StorageError) {
        let file = try OpenedFile(path, options: options)
        if temporaryDirectory != nil { file.connection.closesAtOnce() }
        self.path = path
        self.temporaryDirectory = temporaryDirectory
        clock = options.clock
        readers = ReaderPool(path: path)
        published = Published(catalog: file.catalog, counts: file.counts)
        writer = Writer(
            WriteSession(file, published: published, clock: options.clock),
            commitsAtOnce: options.durability == .process)
    }

    deinit { close() }

    /// Opens the database in a file, which is made if it is not there.
    package static func open(_ path: String, options: DatabaseOptions) throws(StorageError) -> ItemDatabase {
        try ItemDatabase(path, options, temporaryDirectory: nil)
    }

    /// Opens a database that goes away with the object: an empty one, or a copy of a snapshot.
    ///
    /// - Parameter snapshot: a file made by ``snapshot(to:)`` that nobody has open.
    package static func temporary(
        copyOf snapshot: String? = nil, options: DatabaseOptions
    ) throws(StorageError) -> ItemDatabase {
        let directory = try temporaryDirectory()
        let path = directory + "/items.db"
        do throws(StorageError) {
            if let snapshot { try copyFile(snapshot, to: path) }
            return try ItemDatabase(path, options, temporaryDirectory: directory)
        } catch {
            remove(directory)
            throw error
        }
    }

    /// Carries out what was asked for, then closes the file. Requests that come later fail.
    package func close() {
        readers.close()
        writer.close()
        if let temporaryDirectory { Self.remove(temporaryDirectory) }
    }

    /// The largest number of requests that wait before ``WriteFailure/throttled``.
    package static var waitingMax: Int { Writer.waitingMax }

    /// Calls `observer` after every commit with its changes in order, before the writes are answered, on the thread
    /// that carries them out: it must be quick, and must not wait for a write.
    package func onCommit(_ observer: @escaping @Sendable ([Change]) -> Void) { published.observe(observer) }
}

// MARK: - Tables

extension ItemDatabase {
    package func table(named name: String) -> Table? { published.table(named: name) }

    /// In the order of their names' UTF-8 bytes.
    package var tables: [Table] {
        published.catalog.tables.values.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    package func createTable(_ definition: TableDefinition, completion: @escaping WriteCompletion<Table>) {
        submit(
            .write(weight: 1_024, isQuick: false, completion) { session throws(StorageError) in
                try session.createTable(definition)
            }, completion)
    }

    package func updateTable(_ name: String, _ update: TableUpdate, completion: @escaping WriteCompletion<Table>) {
        submit(
            .write(weight: 1_024, isQuick: false, completion) { session throws(StorageError) in
                try session.updateTable(name, update)
            }, completion)
    }

    /// The table as it was.
    package func deleteTable(_ name: String, completion: @escaping WriteCompletion<Table>) {
        submit(
            .write(weight: 1_024, isQuick: false, completion) { session throws(StorageError) in
                try session.deleteTable(name)
            }, completion)
    }

    /// Items and bytes of a table (nil) or of one of its indexes, as of now. After a crash the first call counts, which
    /// takes as long as reading the table.
    package func count(_ table: Table, index: TableIndex? = nil) -> (items: Int, sizeBytes: Int) {
        let id = index?.id ?? table.id
        if let count = published.count(id) { return (count.items, count.sizeBytes) }
        // Fails if the table is gone, and then it holds nothing.
        _ = waitForExclusive { session throws(StorageError) in try session.recount(table) }
        return published.count(id).map { ($0.items, $0.sizeBytes) } ?? (0, 0)
    }
}

// MARK: - Writing

// Completions are called once, on the thread that carried the write out: the caller's own, before the call returns, if
// the writer was idle; any other thread that writes, otherwise. They may write, but not wait for a write.
extension ItemDatabase {
    package func write(_ mutation: Mutation, completion: @escaping WriteCompletion<MutationOutcome>) {
        submit(
            .write(weight: mutation.weight, isQuick: true, completion) { session throws(StorageError) in
                try session.write(mutation)
            }, completion)
    }

    /// Several writes, each by itself; in order.
    package func batch(
        _ mutations: [Mutation], completion: @escaping WriteCompletion<[Result<MutationOutcome, MutationFailure>]>
    ) {
        submit(
            .write(weight: mutations.reduce(0) { $0 + $1.weight }, isQuick: true, completion) {
                session throws(StorageError) in
                try session.batch(mutations)
            }, completion)
    }

    /// All writes or none.
    ///
    /// - Parameter mutations: of distinct items.
    package func transact(
        _ mutations: [Mutation], token: TransactionToken? = nil,
        completion: @escaping WriteCompletion<TransactionOutcome>
    ) {
        submit(
            .write(weight: mutations.reduce(0) { $0 + $1.weight }, isQuick: true, completion) {
                session throws(StorageError) in
                try session.transact(mutations, token: token)
            }, completion)
    }

    /// Deletes up to `limit` items whose time to live has passed; gives their number.
    package func expire(limit: Int = 1_000, completion: @escaping WriteCompletion<Int>) {
        submit(
            .write(weight: 64, isQuick: false, completion) { session throws(StorageError) in
                .success(try session.expire(limit: limit))
            }, completion)
    }

    /// Copies the database to a new file, which ``temporary(copyOf:options:)`` and ``open(_:options:)`` open. Waits for
    /// the writes before it.
    package func snapshot(to destination: String) throws(StorageError) {
        let error = waitForExclusive { session throws(StorageError) in try session.copy(to: destination) }
        if let error { throw error }
    }

    /// Blocks until a request is answered: `try database.answer { database.write(mutation, completion: $0) }`. Not for
    /// event loops, and not in a completion or observer.
    package func answer<Value: Sendable>(
        to request: (@escaping WriteCompletion<Value>) -> Void
    ) throws(WriteFailure) -> Value {
        let result = Awaited<Result<Value, WriteFailure>>()
        request { result.fulfil($0) }
        return try result.wait().get()
    }

    func submit<Value>(_ job: WriteJob, _ completion: @escaping WriteCompletion<Value>) {
        if !writer.submit(job) { completion(.failure(.throttled)) }
    }

    private func waitForExclusive(_ work: @escaping @Sendable (WriteSession) throws(StorageError) -> Void)
        -> StorageError?
    {
        let result = Awaited<StorageError?>()
        let job = WriteJob(
            weight: 0,
            isQuick: false,
            work: .exclusive { session in
                do throws(StorageError) {
                    try work(session)
                    return { _ in result.fulfil(nil) }
                } catch {
                    return { _ in result.fulfil(error) }
                }
            }, fail: { result.fulfil($0) })
        // What waits is bounded, so there will be room.
        while !writer.submit(job) { usleep(1_000) }
        return result.wait()
    }
}

// MARK: - Reading

extension ItemDatabase {
    /// The item under a key (of which only the key attributes count); nil if there is none.
    package func item(_ table: Table, _ key: Item) throws(ReadFailure) -> StoredItem? {
        let row = try readKey { () throws(KeyFailure) in try table.key.rowKey(of: key) }
        return try readStorage { () throws(StorageError) in
            try readers.read { connection throws(StorageError) in try connection.item(table, row) }
        }
    }

    /// The items under several keys, all as of one moment.
    package func items(_ keys: [(table: Table, key: Item)]) throws(ReadFailure) -> [StoredItem?] {
        var rows: [(Table, RowKey)] = []
        for (table, key) in keys {
            rows.append((table, try readKey { () throws(KeyFailure) in try table.key.rowKey(of: key) }))
        }
        return try readStorage { () throws(StorageError) in
            try readers.readSnapshot { connection throws(StorageError) in
                var items: [StoredItem?] = []
                for (table, row) in rows { items.append(try connection.item(table, row)) }
                return items
            }
        }
    }

    /// One page of a query or scan.
    package func page(_ request: ReadRequest) throws(ReadFailure) -> ReadPage {
        let range = try readKey { () throws(KeyFailure) in try request.range() }
        return try readStorage { () throws(StorageError) in
            try readers.read { connection throws(StorageError) in try connection.page(request, in: range) }
        }
    }

    func readKey<Value>(_ body: () throws(KeyFailure) -> Value) throws(ReadFailure) -> Value {
        do { return try body() } catch { throw .key(error) }
    }

    func readStorage<Value>(_ body: () throws(StorageError) -> Value) throws(ReadFailure) -> Value {
        do { return try body() } catch { throw .storage(error) }
    }
}

/// Why a read gave nothing.
package enum ReadFailure: Error, Hashable, Sendable {
    case key(KeyFailure)
    case storage(StorageError)
}
