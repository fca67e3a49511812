package import Items
import Time

/// The payment of one order, under the order's id. It is captured at checkout.
package struct Payment: StoredEntity, Hashable {
    package enum State: String, CaseIterable, Sendable {
        case awaited = "AWAITED"
        /// Paid, and not wholly paid back.
        case captured = "CAPTURED"
        case expired = "EXPIRED"
        /// Paid back to the last cent.
        case refunded = "REFUNDED"
    }

    package var orderID: String
    package var provider: ProviderName
    package var amountCents: Int
    package var currency: String
    package var state: State
    /// What the provider paid back so far, 0...``amountCents``. It only grows, and may be known before the payment is:
    /// notices come in any order.
    package var refundedCents: Int
    /// What the buyer's bank took back, in a dispute; likewise.
    package var disputedCents: Int
    /// What went back either way, 0...``amountCents``.
    package var returnedCents: Int { min(refundedCents + disputedCents, amountCents) }

    package init(
        orderID: String, provider: ProviderName = .stripe, amountCents: Int, currency: String, state: State,
        refundedCents: Int = 0, disputedCents: Int = 0
    ) {
        self.orderID = orderID
        self.provider = provider
        self.amountCents = amountCents
        self.currency = currency
        self.state = state
        self.refundedCents = refundedCents
        self.disputedCents = disputedCents
    }
}

extension Payment {
    static let partitionPrefix = "PAY#"

    package static func key(of orderID: String) -> ItemKey {
        ItemKey(.orders, partitionPrefix + orderID, ItemName.meta)
    }

    package init(item: Item) throws(MalformedItem) {
        let reader = ItemReader(item, "payment")
        orderID = try reader.id(after: Self.partitionPrefix)
        guard let provider = ProviderName(rawValue: try reader.string("provider")) else {
            throw MalformedItem("payment", "provider")
        }
        self.provider = provider
        amountCents = try reader.integer("amountCents")
        currency = try reader.string("currency")
        guard let state = State(rawValue: try reader.string("state")) else { throw MalformedItem("payment", "state") }
        self.state = state
        refundedCents = try reader.optional("refundedCents", reader.integer) ?? 0
        disputedCents = try reader.optional("disputedCents", reader.integer) ?? 0
    }

    package var item: Item {
        var item = Self.key(of: orderID).attributes
        item["provider"] = .string(provider.rawValue)
        item["amountCents"] = .number(amountCents)
        item["currency"] = .string(currency)
        item["state"] = .string(state.rawValue)
        if refundedCents > 0 { item["refundedCents"] = .number(refundedCents) }
        if disputedCents > 0 { item["disputedCents"] = .number(disputedCents) }
        return item
    }

    /// Moves the payment if nothing came between.
    ///
    /// - Parameter notice: nil if nobody paid in time.
    func moving(to new: State, by notice: PaymentNotice?, at now: Timestamp) -> ItemWrite {
        var updates: [AttributeUpdate] = [.set("state", .string(new.rawValue)), .set("settledAt", .time(now))]
        if let notice { updates.append(.set("noticeID", .string(notice.id))) }
        return .update(Self.key(of: orderID), updates, if: unchanged)
    }

    /// Notes how much was paid back in all, or how much the bank took.
    ///
    /// - Parameter after: with more of either.
    func returning(to after: Payment, movingTo new: State, at now: Timestamp) -> ItemWrite {
        let updates: [AttributeUpdate] =
            after.disputedCents == disputedCents
            ? [.set("refundedCents", .number(after.refundedCents)), .set("refundedAt", .time(now))]
            : [.set("disputedCents", .number(after.disputedCents)), .set("disputedAt", .time(now))]
        return .update(Self.key(of: orderID), [.set("state", .string(new.rawValue))] + updates, if: unchanged)
    }

    /// The payment is still as it was read.
    private var unchanged: Condition {
        .all([
            .equal("state", .string(state.rawValue)),
            .counted("refundedCents", refundedCents), .counted("disputedCents", disputedCents),
        ])
    }
}

extension Condition {
    /// An attribute that is missing as long as it is 0 is still what it was.
    static func counted(_ name: String, _ count: Int) -> Condition {
        count == 0 ? .notExists(name) : .equal(name, .number(count))
    }
}
