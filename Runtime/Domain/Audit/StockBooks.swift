import Items

/// Pieces of each SKU.
struct StockBooks: Sendable {
    private(set) var violations: [Violation] = []
    /// Pieces that are set aside, by SKU.
    private(set) var reserved: [String: Int] = [:]

    /// Each item's numbers are written together, so that it can be judged by itself.
    mutating func enter(_ item: Item) throws(MalformedItem) {
        let parts = item.partitionParts
        guard parts.count == 2, parts[0] == "STOCK" else { return }
        let stock = try Stock(item: item)
        reserved[stock.sku] = stock.reserved
        if !stock.addsUp { violations.append(Violation(.stockDiffers, stock.sku)) }
    }
}
