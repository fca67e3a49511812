import Expressions
import Items
import Time

// The requests on tables, as the writer carries them out.
extension WriteSession {
    func createTable(_ definition: TableDefinition) throws(StorageError) -> Result<Table, WriteFailure> {
        guard catalog.tables[definition.name] == nil else { return .failure(.tableExists(definition.name)) }
        let id = catalog.takeID()
        let indexes = definition.indexes.map { TableIndex(id: catalog.takeID(), definition: $0) }
        let stream = try definition.stream.map { view throws(StorageError) in
            try startStream(definition.name, definition.key, view)
        }
        let table = Table(
            id: id, name: definition.name, key: definition.key, indexes: indexes, stream: stream,
            timeToLive: definition.timeToLive, createdAt: clock(), settings: definition.settings)
        try connection.execute(Connection.createTable(id))
        countChanges.replace(id, with: ItemCount())
        for index in indexes { try fill(index, of: table) }
        if let attribute = definition.timeToLive { try fillExpiries(of: table, attribute) }
        try save(table)
        return .success(table)
    }

    func updateTable(_ name: String, _ update: TableUpdate) throws(StorageError) -> Result<Table, WriteFailure> {
        guard let table = catalog.tables[name] else { return .failure(.noSuchTable(name)) }
        for index in update.deletedIndexes where table.index(named: index) == nil {
            return .failure(.noSuchIndex(index))
        }
        for index in update.createdIndexes where table.index(named: index.name) != nil {
            return .failure(.indexExists(index.name))
        }
        let dropped = table.indexes.filter { update.deletedIndexes.contains($0.name) }
        let added = update.createdIndexes.map { TableIndex(id: catalog.takeID(), definition: $0) }
        for index in dropped {
            try connection.execute("DROP TABLE i\(index.id)")
            countChanges.replace(index.id, with: nil)
        }
        var stream = table.stream
        switch update.stream {
        case .keep: break
        case .set(let view):
            if let stream { try end(stream) }
            stream = try startStream(name, table.key, view)
        case .clear:
            if let stream { try end(stream) }
            stream = nil
        }
        let updated = Table(
            id: table.id, name: name, key: table.key,
            indexes: table.indexes.filter { !dropped.contains($0) } + added, stream: stream,
            timeToLive: try changeTimeToLive(of: table, update.timeToLive), createdAt: table.createdAt,
            settings: update.settings ?? table.settings)
        for index in added { try fill(index, of: updated) }
        try save(updated)
        return .success(updated)
    }

    func deleteTable(_ name: String) throws(StorageError) -> Result<Table, WriteFailure> {
        guard let table = catalog.tables[name] else { return .failure(.noSuchTable(name)) }
        if let stream = table.stream { try end(stream) }
        try connection.execute("DROP TABLE t\(table.id)")
        for index in table.indexes { try connection.execute("DROP TABLE i\(index.id)") }
        if table.timeToLive != nil { try connection.execute("DROP TABLE x\(table.id)") }
        try connection.execute("DELETE FROM tables WHERE id = \(table.id)")
        for id in [table.id] + table.indexes.map(\.id) { countChanges.replace(id, with: nil) }
        catalog.remove(table)
        isCatalogChanged = true
        try markDirty()
        return .success(table)
    }

    /// Forgets an ended stream and its records.
    func forget(_ stream: ChangeStream) throws(StorageError) {
        try connection.execute("DROP TABLE s\(stream.id); DELETE FROM streams WHERE id = \(stream.id)")
        catalog.streams[stream.id] = nil
        isCatalogChanged = true
    }

    private func startStream(
        _ name: String, _ key: KeySchema, _ view: StreamView
    ) throws(StorageError) -> ChangeStream {
        // The time of creation tells a table's streams apart, on a clock that stands still too.
        let latest = catalog.streams.values.filter { $0.table == name }.map(\.createdAt).max()
        let createdAt = max(clock(), latest.map { $0 + .milliseconds(1) } ?? clock())
        let stream = ChangeStream(
            id: catalog.takeID(), table: name, key: key, view: view, createdAt: createdAt, endedAt: nil)
        try connection.execute(Connection.createStream(stream.id))
        try save(stream)
        return stream
    }

    private func end(_ stream: ChangeStream) throws(StorageError) {
        var ended = stream
        ended.endedAt = clock()
        try save(ended)
    }

    private func changeTimeToLive(
        of table: Table, _ change: TableUpdate.Change<String>
    ) throws(StorageError) -> String? {
        let attribute: String?
        switch change {
        case .keep: return table.timeToLive
        case .set(let name): attribute = name
        case .clear: attribute = nil
        }
        guard attribute != table.timeToLive else { return attribute }
        if table.timeToLive != nil { try connection.execute("DROP TABLE x\(table.id)") }
        if let attribute { try fillExpiries(of: table, attribute) }
        return attribute
    }

    /// Makes the list of expiry times for the items there are.
    private func fillExpiries(of table: Table, _ attribute: String) throws(StorageError) {
        try connection.execute(Connection.createExpiries(table.id))
        let rows = try connection.items(table.id, forward: true)
        try rows.forEach(in: KeyRange(segment: 0, of: 1), of: StoredPlace(table)) { item throws(StorageError) in
            if let expiry = item.expiry(attribute) {
                try putExpiry(expiry, RowKey(bytes: rows.blob(1)), table: table.id)
            }
            return true
        }
    }

    /// Makes an index and enters the items there are.
    private func fill(_ index: TableIndex, of table: Table) throws(StorageError) {
        try connection.execute(Connection.createIndex(index.id))
        countChanges.replace(index.id, with: ItemCount())
        let rows = try connection.items(table.id, forward: true)
        try rows.forEach(in: KeyRange(segment: 0, of: 1), of: StoredPlace(table)) { item throws(StorageError) in
            let row = RowKey(bytes: rows.blob(1))
            guard let entry = index.entry(of: item, at: row, in: table.key) else { return true }
            try put(entry, into: index.id)
            countChanges.add(index.id, old: nil, new: entry.sizeBytes)
            return true
        }
    }

    private func save(_ table: Table) throws(StorageError) {
        try insert(into: "tables", id: table.id, name: table.name, table.record)
        try saveNextID()
        catalog.put(table)
    }

    private func save(_ stream: ChangeStream) throws(StorageError) {
        try insert(into: "streams", id: stream.id, name: stream.table, stream.record)
        try saveNextID()
        catalog.streams[stream.id] = stream
    }

    private func saveNextID() throws(StorageError) {
        try connection.execute("REPLACE INTO state (name, value) VALUES ('nextID', \(catalog.nextID))")
        isCatalogChanged = true
        try markDirty()
    }

    private func insert(into place: String, id: Int64, name: String, _ record: Item) throws(StorageError) {
        let statement = try connection.prepareOnce("REPLACE INTO \(place) (id, name, record) VALUES (\(id), ?1, ?2)")
        defer { statement.finalize() }
        try statement.run(binding: 1, Array(name.utf8), 2, StoredItem(record).bytes)
    }
}
