import Items
import Time

/// Orders with their payments, and the pieces that are set aside for them.
struct OrderBooks: Sendable {
    private struct Standing: Sendable {
        var state: Order.State
        var changedAt: Timestamp
    }

    private var orders: [String: Standing] = [:]
    private var payments: [String: Payment] = [:]
    /// When each payment changed last; none that is as it was made.
    private var paymentChanges: [String: Timestamp] = [:]
    /// By SKU.
    private var held: [String: Int] = [:]

    mutating func enter(_ item: Item) throws(MalformedItem) {
        switch item.partitionParts[0] {
        case "ORDER":
            let order = try Order(item: item)
            orders[order.id] = Standing(state: order.state, changedAt: order.changedAt)
            guard order.state.holdsStock else { return }
            for line in order.quote.lines { held[line.sku, default: 0] += line.quantity }
        case "PAY":
            let payment = try Payment(item: item)
            payments[payment.orderID] = payment
            let reader = ItemReader(item, "payment")
            for name in ["settledAt", "refundedAt", "disputedAt"] {
                guard let time = try reader.optional(name, reader.time) else { continue }
                paymentChanges[payment.orderID] = max(time, paymentChanges[payment.orderID] ?? time)
            }
        default: break
        }
    }

    /// - Parameters:
    ///   - reserved: what the stock has set aside, by SKU.
    ///   - period: stock bears no times, so that it is judged only if nothing is under way: orders and stock are read
    ///     one after the other.
    func violations(reserved: [String: Int], in period: AuditPeriod) -> [Violation] {
        var found: [Violation] = []
        for id in Set(orders.keys).union(payments.keys)
        where isOver(id, in: period) && !agree(orders[id]?.state, payments[id]) {
            found.append(Violation(.orderDiffers, id))
        }
        guard period.end == nil else { return found }
        for sku in Set(reserved.keys).union(held.keys) where reserved[sku, default: 0] != held[sku, default: 0] {
            found.append(Violation(.reservedDiffers, sku))
        }
        return found
    }

    /// Whether order and payment are from one and the same time, though they were read one after the other.
    private func isOver(_ id: String, in period: AuditPeriod) -> Bool {
        let changes = [orders[id]?.changedAt, paymentChanges[id]].compactMap(\.self)
        return period.end == nil || !changes.isEmpty && changes.allSatisfy(period.contains)
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
