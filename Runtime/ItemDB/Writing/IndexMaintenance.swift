import Expressions
import Items

/// A row of an index: the index key, then the row key of the item, which keeps equal index keys apart.
struct IndexEntry: Hashable {
    var row: [UInt8]
    /// Where in `row` the item's row key begins, counted from 1 as SQLite does.
    var offset: Int64
    /// What the index holds; nil if that is the whole item, which is then read from the table.
    var body: StoredItem?
    var sizeBytes: Int
}

extension TableIndex {
    /// What keeps an item out of the table because of this index. An item without the key is only left out of the
    /// index.
    func keyFailure(of item: StoredItem) -> KeyFailure? {
        for (place, attribute) in key.attributes.enumerated() {
            let isSort = place > key.furtherPartitions.count
            guard let value = item.value(attribute.name) else { continue }
            let sizeBytesMax = isSort ? KeySchema.sortSizeBytesMax : KeySchema.partitionSizeBytesMax
            if let reason = KeySchema.problem(with: value, type: attribute.type, sizeBytesMax: sizeBytesMax) {
                return KeyFailure(attribute: attribute, isSort: isSort, reason: reason, index: name)
            }
        }
        return nil
    }

    /// The entry of an item, or nil if the item lacks a key attribute or has an unusable one (which only items from
    /// before the index can have).
    func entry(of item: StoredItem, at row: RowKey, in table: KeySchema) -> IndexEntry? {
        guard var bytes = key.isComposite ? compositeStart(of: item) : start(of: item) else { return nil }
        let offset = Int64(bytes.count + 1)
        bytes.append(contentsOf: row.bytes)
        guard let names = projectedNames(of: table) else {
            return IndexEntry(row: bytes, offset: offset, body: nil, sizeBytes: item.sizeBytes)
        }
        let body = StoredItem(item.attributes(names.map(\.text)))
        return IndexEntry(row: bytes, offset: offset, body: body, sizeBytes: body.sizeBytes)
    }

    private func start(of item: StoredItem) -> [UInt8]? {
        do throws(KeyFailure) {
            let partition = try key.checkedPartition(item.value(key.partition.name))
            let sort = try key.checkedSort(key.sort.flatMap { item.value($0.name) })
            var bytes = RowKey(partition: partition).bytes
            if let sort { KeyEncoding.appendDelimited(sort, to: &bytes) }
            return bytes
        } catch { return nil }
    }

    private func compositeStart(of item: StoredItem) -> [UInt8]? {
        func values(_ attributes: [KeyAttribute], _ sizeBytesMax: Int) -> [AttributeValue]? {
            var values: [AttributeValue] = []
            for attribute in attributes {
                let value = item.value(attribute.name)
                guard let value, KeySchema.problem(with: value, type: attribute.type, sizeBytesMax: sizeBytesMax) == nil
                else { return nil }
                values.append(value)
            }
            return values
        }
        guard let partitions = values(key.partitions, KeySchema.partitionSizeBytesMax),
            let sorts = values(key.sorts, KeySchema.sortSizeBytesMax)
        else { return nil }
        var bytes = RowKey(partitions: partitions).bytes
        for sort in sorts { KeyEncoding.appendDelimited(sort, to: &bytes) }
        return bytes
    }
}

extension WriteSession {
    /// Brings an index in line with a write.
    func update(_ index: TableIndex, _ plan: MutationPlan) throws(StorageError) -> IndexWrite? {
        let old = plan.old.flatMap { index.entry(of: $0, at: plan.row, in: plan.table.key) }
        let new = plan.new.flatMap { index.entry(of: $0, at: plan.row, in: plan.table.key) }
        guard old != nil || new != nil else { return nil }
        countChanges.add(index.id, old: old?.sizeBytes, new: new?.sizeBytes)
        if let old, let new, old.row == new.row {
            // The whole item is read from the table, but DynamoDB writes it to the index.
            if new.body != nil, new.body == old.body { return nil }
        } else if let old {
            try connection.deleteEntry(index.id).run(binding: 1, old.row)
        }
        if let new, old?.row != new.row || new.body != nil { try put(new, into: index.id) }
        return IndexWrite(
            index: index.name, oldSizeBytes: old?.sizeBytes, newSizeBytes: new?.sizeBytes,
            isMoved: old != nil && new != nil && old?.row != new?.row)
    }

    func put(_ entry: IndexEntry, into index: Int64) throws(StorageError) {
        let statement = try connection.putEntry(index)
        statement.bind(2, entry.offset)
        try statement.run(binding: 1, entry.row, 3, entry.body?.bytes)
    }

    /// Brings the list of expiry times in line with a write.
    func updateExpiry(_ plan: MutationPlan) throws(StorageError) {
        guard let attribute = plan.table.timeToLive else { return }
        let old = plan.old?.expiry(attribute)
        let new = plan.new?.expiry(attribute)
        guard old != new else { return }
        if let old {
            let statement = try connection.deleteExpiry(plan.table.id)
            statement.bind(1, old)
            try statement.run(binding: 2, plan.row.bytes)
        }
        if let new { try putExpiry(new, plan.row, table: plan.table.id) }
    }

    func putExpiry(_ seconds: Int64, _ row: RowKey, table: Int64) throws(StorageError) {
        let statement = try connection.putExpiry(table)
        statement.bind(1, seconds)
        try statement.run(binding: 2, row.bytes)
    }
}

extension StoredItem {
    /// The time of expiry in seconds since 1970; nil if the attribute is no number. Fractions are dropped.
    func expiry(_ attribute: String) -> Int64? {
        guard case .number(let number)? = value(attribute) else { return nil }
        if let seconds = number.integer { return Int64(seconds) }
        return number.description.split(separator: ".").first.flatMap { Int64($0) }
    }
}
