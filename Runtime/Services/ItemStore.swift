package import Items

/// The tables of the bundle: read items, or write several as one.
package protocol ItemStore: Sendable {
    /// The latest committed item under each key, in the order of the keys; nil where there is none. Each is read by
    /// itself: a transaction may show in some and not in others yet.
    ///
    /// - Parameter keys: 0...100 distinct keys.
    /// - Note: Source: Amazon DynamoDB API Reference, GetItem and BatchGetItem with `ConsistentRead`.
    func items(at keys: [ItemKey]) async throws(ServiceError) -> [Item?]

    /// As ``items(at:)``, all as they were at one instant, for what is decided on several together. Costs twice as much,
    /// and waits for writes that are under way.
    ///
    /// - Parameter keys: 1...100 distinct keys.
    /// - Note: Source: Amazon DynamoDB API Reference, TransactGetItems.
    func snapshot(of keys: [ItemKey]) async throws(ServiceError) -> [Item?]

    /// The items of one partition, or of one partition of an index, in the order of their sort keys.
    func query(_ query: ItemQuery) async throws(ServiceError) -> ItemPage

    /// Applies every write or none, and returns once that is durable.
    ///
    /// - Parameters:
    ///   - writes: 0...100 writes, distinct keys, 4 MB together. None is a no-op.
    ///   - token: 1...36 characters. The same writes under the same token within ten minutes happen once; several
    ///     writes go as a transaction, which DynamoDB deduplicates by it. A single write is sent by itself, and its
    ///     condition must make it safe to send again.
    /// - Throws: `.conflict` if a condition fails, `.throttled` if nothing was written and a retry may work,
    ///   `.unknownOutcome` if the reply was lost: read again before deciding.
    /// - Note: Source: Amazon DynamoDB API Reference, TransactWriteItems, PutItem, UpdateItem, DeleteItem.
    func commit(_ writes: [ItemWrite], token: String) async throws(ServiceError)
}

extension ItemStore {
    /// The latest committed item under `key`, or nil.
    package func item(at key: ItemKey) async throws(ServiceError) -> Item? {
        try await items(at: [key])[0]
    }
}

/// A query of one partition.
package struct ItemQuery: Hashable, Sendable {
    /// How the sort key is bounded, by its UTF-8 bytes; both ends are included.
    package enum SortBound: Hashable, Sendable {
        case all
        case prefix(String)
        case from(String)
        case between(String, String)
    }

    package var table: TableName
    /// nil: the table itself, by `pk` and `sk`. An index of the bundle is keyed by `<index>pk` and `<index>sk`, so
    /// index `gsi1` by `gsi1pk` and `gsi1sk`.
    package var index: String?
    package var partition: String
    package var sort: SortBound
    /// Keeps only the items for which this holds; they are read and paid for all the same.
    package var filter: Condition?
    package var newestFirst: Bool
    /// 1...1,000 items read, before the filter.
    package var limit: Int
    /// The cursor of the page before.
    package var after: ItemCursor?

    package init(
        _ table: TableName, index: String? = nil, partition: String, sort: SortBound = .all, filter: Condition? = nil,
        newestFirst: Bool = false, limit: Int = 100, after: ItemCursor? = nil
    ) {
        self.table = table
        self.index = index
        self.partition = partition
        self.sort = sort
        self.filter = filter
        self.newestFirst = newestFirst
        self.limit = limit
        self.after = after
    }
}

/// Where the next page begins: DynamoDB's LastEvaluatedKey.
package struct ItemCursor: Hashable, Sendable {
    package var key: Item
    package init(key: Item) { self.key = key }
}

package struct ItemPage: Hashable, Sendable {
    package var items: [Item]
    /// nil when the partition has no more.
    package var next: ItemCursor?
    package init(items: [Item], next: ItemCursor? = nil) {
        self.items = items
        self.next = next
    }
}
