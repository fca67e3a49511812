import Time

/// The shop's terms.
package enum OrderTerms {
    /// ISO 4217, in small letters as the provider writes it.
    package static let currency = "usd"
    package static let deliveryFirstPieceCents = 490
    package static let deliveryFurtherPieceCents = 90
    /// The most that the provider charges at once.
    package static let totalCentsMax = 99_999_999
    /// An order unpaid for so long is given up.
    package static let paymentTime: Duration = .seconds(15 * 60)
    /// How far the clocks of a queue and of functions are apart at most.
    static let clockDifferenceMax: Duration = .seconds(30)
    /// How long the hosted page can be paid, from when the order was placed. A page is opened within ``paymentTime``
    /// and stays for 30 minutes at least, as Stripe wants it; the rest is for clocks that differ. Money that comes
    /// after the order was given up is the business of ``decideOrderSettlement(_:of:stock:isQuarantined:at:)``.
    package static let checkoutLifetime: Duration = .seconds(46 * 60)

    /// Delivery costs by the piece, not by the line (R61).
    package static func deliveryCents(pieces: Int) -> Int {
        pieces == 0 ? 0 : deliveryFirstPieceCents + (pieces - 1) * deliveryFurtherPieceCents
    }
}

/// What a cart costs now. The preview shows it and the order charges it: one calculation for both (R71).
package struct OrderQuote: Hashable, Sendable {
    package struct Line: Hashable, Sendable {
        package var sku: String
        package var productID: String
        package var title: String
        package var quantity: Int
        package var unitPriceCents: Int
        package var totalCents: Int { unitPriceCents * quantity }

        package init(sku: String, productID: String, title: String, quantity: Int, unitPriceCents: Int) {
            self.sku = sku
            self.productID = productID
            self.title = title
            self.quantity = quantity
            self.unitPriceCents = unitPriceCents
        }
    }

    package var cartVersion: Int
    package var lines: [Line]
    package var deliveryCents: Int
    package var subtotalCents: Int { lines.reduce(0) { $0 + $1.totalCents } }
    package var totalCents: Int { subtotalCents + deliveryCents }

    package init(cartVersion: Int, lines: [Line], deliveryCents: Int) {
        self.cartVersion = cartVersion
        self.lines = lines
        self.deliveryCents = deliveryCents
    }
}

/// Prices a cart by the shop's own prices (R61, R70): refuses in the order of ``OrderRefusal``.
package func quoteOrder(_ cart: Cart?, from shelf: Shelf) -> Decision<OrderQuote, OrderRefusal> {
    guard let cart, !cart.lines.isEmpty else { return .refused(.cartEmpty) }
    guard cart.lines.count <= Cart.linesMax else { return .refused(.tooManyLines(limit: Cart.linesMax)) }
    // A public shop took −1 and subtracted it from the total.
    if let line = cart.lines.first(where: { !(1...Cart.quantityMax).contains($0.quantity) }) {
        return .refused(.quantityInvalid(sku: line.sku, limit: Cart.quantityMax))
    }
    var lines: [OrderQuote.Line] = []
    for line in cart.lines {
        guard let variation = shelf.variation(for: line) else { return .refused(.itemUnavailable(sku: line.sku)) }
        lines.append(
            OrderQuote.Line(
                sku: line.sku, productID: line.productID, title: variation.title, quantity: line.quantity,
                unitPriceCents: variation.priceCents))
    }
    let pieces = lines.reduce(0) { $0 + $1.quantity }
    let quote = OrderQuote(
        cartVersion: cart.version, lines: lines, deliveryCents: OrderTerms.deliveryCents(pieces: pieces))
    guard quote.totalCents <= OrderTerms.totalCentsMax else {
        return .refused(.totalTooLarge(limitCents: OrderTerms.totalCentsMax))
    }
    let short = lines.compactMap { line -> OrderRefusal.Shortage? in
        guard let stock = shelf.stock[line.sku], stock.available < line.quantity else { return nil }
        return OrderRefusal.Shortage(sku: line.sku, available: stock.available)
    }
    return short.isEmpty ? .accepted(quote, writes: []) : .refused(.outOfStock(short))
}
