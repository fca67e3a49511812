package import Items
package import Time

/// An order as it was placed; its lines and prices never change.
package struct Order: StoredEntity, Hashable {
    package enum State: String, CaseIterable, Sendable {
        case awaitingPayment = "AWAITING_PAYMENT"
        /// Paid for; its pieces stay set aside until they are shipped.
        case paid = "PAID"
        /// Given up unpaid; its pieces are available to others.
        case expired = "EXPIRED"
        /// The whole payment went back before anything was shipped; its pieces are available to others.
        case refunded = "REFUNDED"

        /// Where an order may go from here. An order that was given up comes back if it is paid after all while there
        /// are as many pieces.
        package var successors: Set<State> {
            switch self {
            case .awaitingPayment: [.paid, .expired]
            case .expired: [.paid]
            case .paid: [.refunded]
            case .refunded: []
            }
        }

        /// Whether the order's pieces are set aside for it.
        package var holdsStock: Bool { self == .awaitingPayment || self == .paid }
    }

    package var id: String
    package var userID: String
    package var state: State
    package var quote: OrderQuote
    package var currency: String
    package var address: BillingAddress
    /// Who takes the money.
    package var provider: ProviderName
    package var placedAt: Timestamp
    /// When it came to its state.
    package var changedAt: Timestamp
    package var paymentDueAt: Timestamp { placedAt + OrderTerms.paymentTime }

    /// Whether the provider's page can be opened at `now`.
    package func opensCheckout(at now: Timestamp) -> Bool { state == .awaitingPayment && now < paymentDueAt }

    package init(
        id: String, userID: String, state: State, quote: OrderQuote, currency: String, address: BillingAddress,
        provider: ProviderName = .stripe, placedAt: Timestamp
    ) {
        self.id = id
        self.userID = userID
        self.state = state
        self.quote = quote
        self.currency = currency
        self.address = address
        self.provider = provider
        self.placedAt = placedAt
        changedAt = placedAt
    }
}

extension Order {
    static let partitionPrefix = "ORDER#"
    /// Of an order that is not as it was placed.
    private static let changeName = "changedAt"

    package static func key(_ id: String) -> ItemKey { ItemKey(.orders, partitionPrefix + id, ItemName.meta) }

    /// Moves the order to another state if it is still in this one, and with it to that state's partition of the index
    /// and its pieces to where that state has them: at most 51 writes.
    ///
    /// The state is the one counter of all this: whatever comes twice, late or at the same time, one of the commits
    /// finds the order where it expects it, and pieces move once.
    func moving(to new: State, at now: Timestamp) -> [ItemWrite] {
        precondition(state.successors.contains(new), "no order goes from \(state) to \(new)")
        let move = ItemWrite.update(
            Self.key(id),
            [
                .set("state", .string(new.rawValue)), .set(Self.changeName, .time(now)),
                .set(ItemName.secondIndexPartition, .string("ORDERS#STATE#" + new.rawValue)),
            ],
            if: .equal("state", .string(state.rawValue)))
        switch (state.holdsStock, new.holdsStock) {
        case (true, false): return [move] + quote.lines.map { Stock.releasing($0.quantity, of: $0.sku) }
        case (false, true): return [move] + quote.lines.map { Stock.reserving($0.quantity, of: $0.sku) }
        case (true, true), (false, false): return [move]
        }
    }

    package init(item: Item) throws(MalformedItem) {
        let reader = ItemReader(item, "order")
        id = try reader.id(after: Self.partitionPrefix)
        userID = try reader.string("userID")
        guard let state = State(rawValue: try reader.string("state")) else { throw MalformedItem("order", "state") }
        self.state = state
        quote = OrderQuote(
            cartVersion: try reader.integer("cartVersion"), lines: [],
            deliveryCents: try reader.integer("deliveryCents"))
        for map in try reader.maps("lines") {
            let line = ItemReader(map, "order line")
            quote.lines.append(
                OrderQuote.Line(
                    sku: try line.string("sku"), productID: try line.string("productID"),
                    title: try line.string("title"), quantity: try line.integer("quantity"),
                    unitPriceCents: try line.integer("unitPriceCents")))
        }
        currency = try reader.string("currency")
        address = try BillingAddress(map: try reader.map("address"))
        guard let provider = ProviderName(rawValue: try reader.string("provider")) else {
            throw MalformedItem("order", "provider")
        }
        self.provider = provider
        placedAt = try reader.time("placedAt")
        changedAt = try reader.optional(Self.changeName, reader.time) ?? placedAt
    }

    package var item: Item {
        var item = Self.key(id).attributes
        item["userID"] = .string(userID)
        item["state"] = .string(state.rawValue)
        item["cartVersion"] = .number(quote.cartVersion)
        item["lines"] = .list(
            quote.lines.map {
                .map([
                    "sku": .string($0.sku), "productID": .string($0.productID), "title": .string($0.title),
                    "quantity": .number($0.quantity), "unitPriceCents": .number($0.unitPriceCents),
                ])
            })
        item["deliveryCents"] = .number(quote.deliveryCents)
        item["totalCents"] = .number(quote.totalCents)
        item["currency"] = .string(currency)
        item["address"] = address.map
        item["provider"] = .string(provider.rawValue)
        item["placedAt"] = .time(placedAt)
        if changedAt != placedAt { item[Self.changeName] = .time(changedAt) }
        item["paymentDueAt"] = .time(paymentDueAt)
        // By user, for "my orders"; by state, for what waits to be given up, packed or shown to an administrator.
        item[ItemName.firstIndexPartition] = .string("ORDERS#USER#" + userID)
        item[ItemName.firstIndexSort] = .string("\(placedAt)#\(id)")
        item[ItemName.secondIndexPartition] = .string("ORDERS#STATE#" + state.rawValue)
        item[ItemName.secondIndexSort] = .string("\(placedAt)#\(id)")
        return item
    }
}
