package import Items

/// Whole tables, page by page. Nothing that a user waits for reads so: it costs as much as the table is long.
package protocol TableScanner: Sendable {
    /// The next items of a table, in no order that means anything; what is written meanwhile may be missed or seen.
    ///
    /// - Parameters:
    ///   - limit: 1...1,000 items.
    ///   - cursor: of the page before.
    /// - Note: Source: Amazon DynamoDB API Reference, Scan with `ConsistentRead`: no item that was written before is
    ///   missed.
    func scan(_ table: TableName, limit: Int, after cursor: ItemCursor?) async throws(ServiceError) -> ItemPage
}
