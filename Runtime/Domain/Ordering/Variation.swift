package import Items

/// One way to buy a product, by size and colour: what a SKU stands for.
package struct Variation: StoredEntity, Hashable {
    package var sku: String
    package var productID: String
    package var title: String
    /// In cents of ``OrderTerms/currency``, all taxes included.
    package var priceCents: Int

    package init(sku: String, productID: String, title: String, priceCents: Int) {
        self.sku = sku
        self.productID = productID
        self.title = title
        self.priceCents = priceCents
    }

    private static let partitionPrefix = "PRODUCT#"
    private static let sortPrefix = "VAR#"

    package static func key(_ sku: String, of productID: String) -> ItemKey {
        ItemKey(.inventory, partitionPrefix + productID, sortPrefix + sku)
    }

    package init(item: Item) throws(MalformedItem) {
        let reader = ItemReader(item, "variation")
        productID = try reader.id(after: Self.partitionPrefix)
        sku = String(try reader.string(ItemKey.sortName).dropFirst(Self.sortPrefix.count))
        title = try reader.string("title")
        priceCents = try reader.integer("priceCents")
    }
}

/// What of a product matters to an order.
package struct Product: StoredEntity, Hashable {
    package var id: String
    /// A hidden product can't be bought; carts may still hold it.
    package var isHidden: Bool
    package init(id: String, isHidden: Bool) {
        self.id = id
        self.isHidden = isHidden
    }

    private static let partitionPrefix = "PRODUCT#"

    package static func key(_ id: String) -> ItemKey { ItemKey(.inventory, partitionPrefix + id, ItemName.meta) }

    package init(item: Item) throws(MalformedItem) {
        id = try ItemReader(item, "product").id(after: Self.partitionPrefix)
        isHidden = item["isHidden"]?.bool ?? false
    }
}

/// What an order needs to know of the shop, read just before.
package struct Shelf: Hashable, Sendable {
    package var products: [String: Product]
    package var variations: [String: Variation]
    /// SKUs missing here were not looked at: the write's condition decides.
    package var stock: [String: Stock]

    package init(_ variations: [Variation], products: [Product], stock: [Stock] = []) {
        self.products = Dictionary(products.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        self.variations = Dictionary(variations.map { ($0.sku, $0) }, uniquingKeysWith: { first, _ in first })
        self.stock = Dictionary(stock.map { ($0.sku, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The variation that a cart's line stands for, if it can be bought.
    func variation(for line: Cart.Line) -> Variation? {
        guard let variation = variations[line.sku], variation.productID == line.productID,
            let product = products[line.productID], !product.isHidden
        else { return nil }
        return variation
    }
}
