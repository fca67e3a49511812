package import Items

/// What others are told of an order: what happened, and no more of it than packing, delivery and accounts go by. Who
/// ordered and where to is for those who ask the orders themselves.
package struct OrderEvent: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        /// Waits for its payment; its pieces are set aside.
        case placed = "OrderPlaced"
        case paid = "OrderPaid"
        /// Given up unpaid; its pieces are free again.
        case expired = "OrderExpired"
        /// All of the payment went back; its pieces are free again.
        case refunded = "OrderRefunded"
        /// A part of the payment went back, or the rest.
        case paymentRefunded = "PaymentRefunded"
    }

    package struct Line: Hashable, Sendable {
        package var sku: String
        package var quantity: Int
        package var unitPriceCents: Int
    }

    package var kind: Kind
    package var orderID: String
    /// Of the order; of its payment, where the event is about that.
    package var status: String
    /// Rises with each event of the order, and separately with each of its payment: what is not above what a consumer
    /// has seen is old, or has come twice.
    package var version: Int
    package var currency: String
    package var totalCents: Int
    /// All that went back so far, by refunds and disputes; of the payment's events alone.
    package var refundedCents: Int?
    /// Of the order's events alone.
    package var deliveryCents: Int?
    /// Of the order's events alone.
    package var lines: [Line]?

    /// The same whenever this is told again.
    package var id: String { "\(orderID)#\(kind.rawValue)#\(version)" }
}

extension Order.State {
    /// A place in the graph of states: no order returns to one, and each is above those that lead to it. With room in
    /// between.
    package var version: Int {
        switch self {
        case .awaitingPayment: 10
        case .expired: 20
        case .paid: 30
        case .refunded: 90
        }
    }

    fileprivate var event: OrderEvent.Kind {
        switch self {
        case .awaitingPayment: .placed
        case .expired: .expired
        case .paid: .paid
        case .refunded: .refunded
        }
    }
}

/// Decides what a change in the table of orders tells the others (R87–R90): that an order came to another state, or
/// that more of its payment went back. That a payment is awaited, captured or given up its order tells.
///
/// - Parameters:
///   - before: the item before the change, nil if it is new. Whatever is wrong with it does not count.
///   - after: nil if it was removed, of which nothing is told.
/// - Returns: nil if it tells nobody anything.
package func decideOrderEvent(
    key: Item, before: Item?, after: Item?
) throws(MalformedItem) -> OrderEvent? {
    guard let after, let partition = key[ItemKey.partitionName]?.string else { return nil }
    if partition.hasPrefix(Order.partitionPrefix) {
        guard after["state"] == nil || after["state"] != before?["state"] else { return nil }
        return try OrderEvent(order: after)
    }
    if partition.hasPrefix(Payment.partitionPrefix) {
        let reader = ItemReader(after, "payment")
        let refunded = try reader.optional("refundedCents", reader.integer) ?? 0
        let disputed = try reader.optional("disputedCents", reader.integer) ?? 0
        let earlier = [before?["refundedCents"], before?["disputedCents"]].map { $0?.integer ?? 0 }
        guard refunded > earlier[0] || disputed > earlier[1] else { return nil }
        // As much as there was can be back, and no more: whoever took it.
        let returned = min(refunded + disputed, try reader.integer("amountCents"))
        guard returned > earlier[0] + earlier[1] else { return nil }
        return try OrderEvent(payment: after, returnedCents: returned)
    }
    return nil
}

extension OrderEvent {
    /// Reads what it tells and nothing else: not the address either.
    fileprivate init(order item: Item) throws(MalformedItem) {
        let reader = ItemReader(item, "order")
        orderID = try reader.id(after: Order.partitionPrefix)
        guard let state = Order.State(rawValue: try reader.string("state")) else {
            throw MalformedItem("order", "state")
        }
        kind = state.event
        status = state.rawValue
        version = state.version
        currency = try reader.string("currency")
        totalCents = try reader.integer("totalCents")
        deliveryCents = try reader.integer("deliveryCents")
        var lines: [Line] = []
        for map in try reader.maps("lines") {
            let line = ItemReader(map, "order line")
            lines.append(
                Line(
                    sku: try line.string("sku"), quantity: try line.integer("quantity"),
                    unitPriceCents: try line.integer("unitPriceCents")))
        }
        self.lines = lines
    }

    fileprivate init(payment item: Item, returnedCents: Int) throws(MalformedItem) {
        let reader = ItemReader(item, "payment")
        kind = .paymentRefunded
        orderID = try reader.id(after: Payment.partitionPrefix)
        status = try reader.string("state")
        version = returnedCents
        currency = try reader.string("currency")
        totalCents = try reader.integer("amountCents")
        refundedCents = returnedCents
    }
}
