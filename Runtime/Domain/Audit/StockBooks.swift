import Items

/// Pieces of each SKU.
struct StockBooks: Sendable {
    private(set) var violations: [Violation] = []

    /// Each item's numbers are written together, so that it can be judged by itself.
    mutating func enter(_ item: Item) throws(MalformedItem) {
        let parts = item.partitionParts
        guard parts.count == 2, parts[0] == "STOCK" else { return }
        let reader = ItemReader(item, "stock")
        let places = [
            try reader.integer("available"), try reader.integer("reserved"), try reader.integer("shipped"),
        ]
        let received = try reader.integer("received")
        if places.contains(where: { $0 < 0 }) || places.reduce(0, +) != received {
            violations.append(Violation(.stockDiffers, String(parts[1])))
        }
    }
}
