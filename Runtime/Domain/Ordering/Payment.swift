package import Items
import Time

/// The payment of one order, under the order's id. It is captured at checkout.
package struct Payment: StoredEntity, Hashable {
    package enum State: String, CaseIterable, Sendable {
        case awaited = "AWAITED"
        case captured = "CAPTURED"
        case expired = "EXPIRED"
    }

    package var orderID: String
    package var amountCents: Int
    package var currency: String
    package var state: State

    package init(orderID: String, amountCents: Int, currency: String, state: State) {
        self.orderID = orderID
        self.amountCents = amountCents
        self.currency = currency
        self.state = state
    }
}

extension Payment {
    private static let partitionPrefix = "PAY#"

    package static func key(of orderID: String) -> ItemKey {
        ItemKey(.orders, partitionPrefix + orderID, ItemName.meta)
    }

    package init(item: Item) throws(MalformedItem) {
        let reader = ItemReader(item, "payment")
        orderID = try reader.id(after: Self.partitionPrefix)
        amountCents = try reader.integer("amountCents")
        currency = try reader.string("currency")
        guard let state = State(rawValue: try reader.string("state")) else { throw MalformedItem("payment", "state") }
        self.state = state
    }

    package var item: Item {
        var item = Self.key(of: orderID).attributes
        item["amountCents"] = .number(amountCents)
        item["currency"] = .string(currency)
        item["state"] = .string(state.rawValue)
        return item
    }

    func moving(to new: State, by notice: PaymentNotice, at now: Timestamp) -> ItemWrite {
        .update(
            Self.key(of: orderID),
            [
                .set("state", .string(new.rawValue)), .set("settledAt", .time(now)),
                .set("noticeID", .string(notice.id)),
            ],
            if: .equal("state", .string(State.awaited.rawValue)))
    }
}
