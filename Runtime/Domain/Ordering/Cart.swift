package import Items

/// What a user means to buy.
package struct Cart: StoredEntity, Hashable {
    /// R59, R60: any number, as far as one order can carry it.
    package static let linesMax = 50
    package static let quantityMax = 99

    package struct Line: Hashable, Sendable {
        package var sku: String
        package var productID: String
        package var quantity: Int
        package init(sku: String, productID: String, quantity: Int) {
            self.sku = sku
            self.productID = productID
            self.quantity = quantity
        }
    }

    package var userID: String
    /// One more with each change, so that two tabs can't undo one another (R60).
    package var version: Int
    /// Each SKU once.
    package var lines: [Line]

    package init(userID: String, version: Int, lines: [Line]) {
        self.userID = userID
        self.version = version
        self.lines = lines
    }
}

extension Cart {
    private static let partitionPrefix = "CART#"

    package static func key(of userID: String) -> ItemKey { ItemKey(.orders, partitionPrefix + userID, ItemName.meta) }

    package init(item: Item) throws(MalformedItem) {
        let reader = ItemReader(item, "cart")
        userID = try reader.id(after: Self.partitionPrefix)
        version = try reader.integer("version")
        lines = []
        for map in try reader.maps("lines") {
            let line = ItemReader(map, "cart line")
            let (sku, quantity) = (try line.string("sku"), try line.integer("quantity"))
            // Twice the same SKU is that SKU twice (R60); two writes of one stock item would not fit in a transaction.
            if let index = lines.firstIndex(where: { $0.sku == sku }) {
                lines[index].quantity += quantity
            } else {
                lines.append(Line(sku: sku, productID: try line.string("productID"), quantity: quantity))
            }
        }
    }

    /// Empties the cart if it is still the one that was read.
    var emptying: ItemWrite {
        .update(
            Self.key(of: userID), [.set("lines", .list([])), .set("version", .number(version + 1))],
            if: .equal("version", .number(version)))
    }
}
