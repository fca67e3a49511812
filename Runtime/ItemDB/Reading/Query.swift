package import Expressions
package import Items

/// Which rows are read: of the table, or of one of its indexes.
package struct ReadRequest: Sendable {
    package enum Rows: Sendable {
        case partition(AttributeValue, KeyTest?)
        /// Of an index whose key has several attributes in a half: all of the partition key's, what the first of the
        /// sort key's equal, and a test of the one after those.
        case compositePartition([AttributeValue], sorts: [AttributeValue], KeyTest?)
        /// One of equal parts of the table, cut by the hash of the partition key; `index` counts from 0.
        case segment(index: Int, count: Int)
    }

    package var table: Table
    package var index: TableIndex?
    package var rows: Rows
    package var forward = true
    /// Items read at most, before the filter.
    package var limit: Int?
    /// The key to go on after: the table's key attributes and the index's.
    package var after: Item?
    /// Keeps only what it is true for.
    package var filter: (@Sendable (Item) -> Bool)?
    /// Reads whole items through an index that does not hold them.
    package var fetchesWholeItems = false
    /// Counts what it would return without returning it.
    package var countsOnly = false

    package init(_ table: Table, index: TableIndex? = nil, rows: Rows) {
        self.table = table
        self.index = index
        self.rows = rows
    }

    /// All rows.
    package static func scan(_ table: Table, index: TableIndex? = nil) -> ReadRequest {
        ReadRequest(table, index: index, rows: .segment(index: 0, count: 1))
    }
}

/// What a query or scan found.
package struct ReadPage: Sendable {
    /// After the filter; empty if only the count was asked for.
    package var items: [StoredItem] = []
    /// Items that passed the filter.
    package var count = 0
    /// Items read.
    package var scannedCount = 0
    /// Bytes read, as DynamoDB counts them.
    package var scannedSizeBytes = 0
    /// The key attributes to go on after; nil at the end.
    package var lastKey: Item?

    /// A page ends with the item that takes it past this.
    package static let sizeBytesMax = 1 << 20
}

extension ReadRequest {
    /// Whether ``after`` lies among the rows, or there is none.
    ///
    /// - Throws: the key attribute that is missing or unusable.
    package func isStartWithinRows() throws(KeyFailure) -> Bool {
        guard let after else { return true }
        var whole = self
        whole.after = nil
        let range = try whole.range()
        guard let row = index == nil ? try table.key.rowKey(of: after).bytes : try entryRow(of: after) else {
            return false
        }
        return !row.lexicographicallyPrecedes(range.lower)
            && row.lexicographicallyPrecedes(range.upper)
    }

    private func entryRow(of key: Item) throws(KeyFailure) -> [UInt8]? {
        index?.entry(of: StoredItem(key), at: try table.key.rowKey(of: key), in: table.key)?.row
    }

    private var keySchema: KeySchema { index?.key ?? table.key }

    /// The rows to read, what lies before `after` cut off.
    ///
    /// - Throws: the key attribute that is missing or unusable.
    func range() throws(KeyFailure) -> KeyRange {
        var range: KeyRange
        switch rows {
        case .partition(let partition, let condition):
            let prefix = RowKey(partition: try keySchema.checkedPartition(partition)).bytes
            range =
                condition.map { Self.range($0, prefix: prefix, isDelimited: index != nil) } ?? KeyRange(prefix: prefix)
        case .compositePartition(let partitions, let sorts, let condition):
            var prefix = RowKey(partitions: partitions).bytes
            for sort in sorts { KeyEncoding.appendDelimited(sort, to: &prefix) }
            range = condition.map { Self.range($0, prefix: prefix, isDelimited: true) } ?? KeyRange(prefix: prefix)
        case .segment(let part, let count):
            range = KeyRange(segment: part, of: count)
        }
        if let after {
            var key = try table.key.rowKey(of: after).bytes
            if let index {
                guard let entry = index.entry(of: StoredItem(after), at: RowKey(bytes: key), in: table.key) else {
                    throw KeyFailure(attribute: index.key.partition, isSort: false, reason: .missing, index: index.name)
                }
                key = entry.row
            }
            range.skip(through: key, forward: forward)
        }
        return range
    }

    /// - Parameter isDelimited: whether something follows the sort key in a row's key, as in an index.
    private static func range(_ condition: KeyTest, prefix: [UInt8], isDelimited: Bool) -> KeyRange {
        func at(_ value: AttributeValue) -> [UInt8] {
            var bytes = prefix
            if isDelimited {
                KeyEncoding.appendDelimited(value, to: &bytes)
            } else {
                KeyEncoding.append(value, to: &bytes)
            }
            return bytes
        }
        // The first key after all those with this sort key.
        func past(_ value: AttributeValue) -> [UInt8] { isDelimited ? at(value).successorOfPrefix : at(value) + [0] }
        let all = KeyRange(prefix: prefix)
        switch condition {
        case .equal(let value): return KeyRange(lower: at(value), upper: past(value))
        case .less(let value): return KeyRange(lower: all.lower, upper: at(value))
        case .lessOrEqual(let value): return KeyRange(lower: all.lower, upper: past(value))
        case .greater(let value): return KeyRange(lower: past(value), upper: all.upper)
        case .greaterOrEqual(let value): return KeyRange(lower: at(value), upper: all.upper)
        case .between(let low, let high): return KeyRange(lower: at(low), upper: past(high))
        case .beginsWith(let value):
            var bytes = prefix
            if isDelimited {
                KeyEncoding.appendEscaped(value, to: &bytes)
            } else {
                KeyEncoding.append(value, to: &bytes)
            }
            return KeyRange(prefix: bytes)
        }
    }

    /// Where ``Connection/rows(for:)`` reads.
    var place: StoredPlace {
        let readsTable = fetchesWholeItems || index?.definition.projection == .all
        return StoredPlace(table, index: readsTable ? nil : index)
    }

    /// The names of the attributes of a page's last key.
    var cursorNames: [String] { (table.key.attributes + (index?.key.attributes ?? [])).map(\.name) }
}

extension Connection {
    func page(_ request: ReadRequest, in range: KeyRange) throws(StorageError) -> ReadPage {
        var page = ReadPage()
        guard !range.isEmpty, request.limit != 0 else { return page }
        var last: StoredItem?
        try rows(for: request).forEach(in: range, of: request.place) { item in
            page.scannedCount += 1
            page.scannedSizeBytes += item.sizeBytes
            if request.filter.map({ $0(item.item) }) ?? true {
                page.count += 1
                if !request.countsOnly { page.items.append(item) }
            }
            guard page.scannedCount == request.limit || page.scannedSizeBytes > ReadPage.sizeBytesMax else {
                return true
            }
            last = item
            return false
        }
        page.lastKey = last?.attributes(request.cursorNames)
        return page
    }

    func rows(for request: ReadRequest) throws(StorageError) -> Statement {
        guard let index = request.index else { return try items(request.table.id, forward: request.forward) }
        if request.fetchesWholeItems || index.definition.projection == .all {
            return try wholeEntries(index.id, table: request.table.id, forward: request.forward)
        }
        return try entries(index.id, forward: request.forward)
    }
}
