package import Items

/// How many pieces of a SKU there are, and where. Every write moves pieces from one place to another under a condition,
/// so that available, reserved and shipped together stay what was received (R50–R53).
package struct Stock: StoredEntity, Hashable {
    package var sku: String
    /// What can be ordered. None of the counts is ever below 0.
    package var available: Int
    /// What is set aside for orders that await their payment or are paid and not shipped yet.
    package var reserved: Int
    package var shipped: Int
    /// What ever came in from suppliers.
    package var received: Int

    /// - Parameter received: what the other counts come to, unless it is given.
    package init(sku: String, available: Int, reserved: Int = 0, shipped: Int = 0, received: Int? = nil) {
        self.sku = sku
        self.available = available
        self.reserved = reserved
        self.shipped = shipped
        self.received = received ?? available + reserved + shipped
    }

    /// What there is of a SKU that never came in.
    package static func none(of sku: String) -> Stock { Stock(sku: sku, available: 0) }

    /// Whether fewer pieces can be ordered.
    func isLess(than quantity: Int) -> Bool { available < quantity }

    /// Whether each piece that came in is in one place.
    package var addsUp: Bool {
        min(available, reserved, shipped) >= 0 && available + reserved + shipped == received
    }

    private static let partitionPrefix = "STOCK#"

    package static func key(of sku: String) -> ItemKey { ItemKey(.inventory, partitionPrefix + sku, ItemName.meta) }

    package init(item: Item) throws(MalformedItem) {
        let reader = ItemReader(item, "stock")
        sku = try reader.id(after: Self.partitionPrefix)
        available = try reader.integer("available")
        reserved = try reader.integer("reserved")
        shipped = try reader.integer("shipped")
        received = try reader.integer("received")
    }

    /// Sets pieces aside if there are as many.
    static func reserving(_ quantity: Int, of sku: String) -> ItemWrite {
        .update(
            key(of: sku), [.add("available", -quantity), .add("reserved", quantity)],
            if: .greaterOrEqual("available", .number(quantity)))
    }

    /// Makes pieces available again that were set aside.
    static func releasing(_ quantity: Int, of sku: String) -> ItemWrite {
        .update(
            key(of: sku), [.add("available", quantity), .add("reserved", -quantity)],
            if: .greaterOrEqual("reserved", .number(quantity)))
    }
}
