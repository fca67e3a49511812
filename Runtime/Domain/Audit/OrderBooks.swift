import Items

/// Orders with their payments, and the pieces that are set aside for them.
struct OrderBooks: Sendable {
    private var orders: [String: Order.State] = [:]
    private var payments: [String: Payment] = [:]
    /// By SKU.
    private var held: [String: Int] = [:]

    mutating func enter(_ item: Item) throws(MalformedItem) {
        switch item.partitionParts[0] {
        case "ORDER":
            let order = try Order(item: item)
            orders[order.id] = order.state
            guard order.state.holdsStock else { return }
            for line in order.quote.lines { held[line.sku, default: 0] += line.quantity }
        case "PAY":
            let payment = try Payment(item: item)
            payments[payment.orderID] = payment
        default: break
        }
    }

    /// - Parameters:
    ///   - reserved: what the stock has set aside, by SKU.
    ///   - period: nothing is judged unless nothing is under way: orders and stock are read one after the other.
    func violations(reserved: [String: Int], in period: AuditPeriod) -> [Violation] {
        guard period.end == nil else { return [] }
        var found: [Violation] = []
        for id in Set(orders.keys).union(payments.keys) where !agree(orders[id], payments[id]) {
            found.append(Violation(.orderDiffers, id))
        }
        for sku in Set(reserved.keys).union(held.keys) where reserved[sku, default: 0] != held[sku, default: 0] {
            found.append(Violation(.reservedDiffers, sku))
        }
        return found
    }

    private func agree(_ order: Order.State?, _ payment: Payment?) -> Bool {
        guard let payment, (0...payment.amountCents).contains(payment.refundedCents),
            (0...payment.amountCents).contains(payment.disputedCents)
        else { return false }
        let isWhollyBack = payment.returnedCents == payment.amountCents
        return switch (order, payment.state) {
        case (.awaitingPayment, .awaited), (.expired, .expired): true
        case (.paid, .captured): !isWhollyBack
        case (.refunded, .refunded), (.expired, .refunded): isWhollyBack
        default: false
        }
    }
}
