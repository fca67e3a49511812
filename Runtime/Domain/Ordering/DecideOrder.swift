import Items
package import Time

/// What a user asks for when ordering the cart.
package struct OrderRequest: Hashable, Sendable {
    /// Derives from the user and the idempotency key, so that one key is one order.
    package var id: String
    package var userID: String
    /// The version and the total that the preview showed.
    package var cartVersion: Int
    package var expectedTotalCents: Int
    package var address: BillingAddress
    package var provider: ProviderName

    package init(
        id: String, userID: String, cartVersion: Int, expectedTotalCents: Int, address: BillingAddress,
        provider: ProviderName = .stripe
    ) {
        self.id = id
        self.userID = userID
        self.cartVersion = cartVersion
        self.expectedTotalCents = expectedTotalCents
        self.address = address
        self.provider = provider
    }
}

/// Decides whether the cart becomes an order (R61, R69–R72, R75): refuses in ``OrderRefusal`` order; the same request
/// come again is accepted and writes nothing.
///
/// - Parameter earlier: the order under the request's id. The order itself is the record of the idempotency key: its
///   insert fails if it is there.
/// - Returns: one transaction of at most 53 writes: the order, its payment, the emptied cart, and each SKU's stock set
///   aside if there is enough.
package func decideOrder(
    _ request: OrderRequest, of cart: Cart?, from shelf: Shelf, after earlier: Order?, at now: Timestamp
) -> Decision<Order, OrderRefusal> {
    if let earlier {
        let isSame =
            earlier.quote.cartVersion == request.cartVersion && earlier.quote.totalCents == request.expectedTotalCents
            && earlier.address == request.address && earlier.provider == request.provider
        return isSame ? .accepted(earlier, writes: []) : .refused(.keyReused)
    }
    if let field = request.address.firstInvalidField { return .refused(.addressInvalid(field: field)) }
    guard let cart, !cart.lines.isEmpty else { return .refused(.cartEmpty) }
    guard cart.version == request.cartVersion else { return .refused(.cartChanged(version: cart.version)) }
    let quote: OrderQuote
    switch quoteOrder(cart, from: shelf) {
    case .refused(let refusal): return .refused(refusal)
    case .accepted(let accepted, _): quote = accepted
    }
    guard quote.totalCents == request.expectedTotalCents else {
        return .refused(.priceChanged(totalCents: quote.totalCents))
    }
    let order = Order(
        id: request.id, userID: request.userID, state: .awaitingPayment, quote: quote, currency: OrderTerms.currency,
        address: request.address, provider: request.provider, placedAt: now)
    let payment = Payment(
        orderID: order.id, provider: order.provider, amountCents: quote.totalCents, currency: order.currency,
        state: .awaited)
    return .accepted(
        order,
        writes: [.insert(order.item, in: .orders), .insert(payment.item, in: .orders), cart.emptying]
            + quote.lines.map { Stock.reserving($0.quantity, of: $0.sku) })
}
