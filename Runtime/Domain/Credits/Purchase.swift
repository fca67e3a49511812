package import Items
package import Time

/// One purchase of credits, stored before the payment provider hears of it (R8).
package struct Purchase: StoredEntity, Hashable {
    package enum State: String, CaseIterable, Sendable {
        case pending = "PENDING"
        case paid = "PAID"
        /// The provider's page was left unpaid. If money arrives after all, it is credited.
        case expired = "EXPIRED"
    }

    package var id: String
    package var userID: String
    package var packID: String
    package var credits: Int
    package var amountCents: Int
    package var currency: String
    package var state: State
    package var createdAt: Timestamp
    package var settledAt: Timestamp?

    package init(
        id: String, userID: String, packID: String, credits: Int, amountCents: Int, currency: String, state: State,
        createdAt: Timestamp, settledAt: Timestamp? = nil
    ) {
        self.id = id
        self.userID = userID
        self.packID = packID
        self.credits = credits
        self.amountCents = amountCents
        self.currency = currency
        self.state = state
        self.createdAt = createdAt
        self.settledAt = settledAt
    }

    /// Until then the provider's page can be paid.
    package var expiresAt: Timestamp { createdAt + PaymentTerms.checkoutLifetime }

    /// Whether the provider's page can be opened at `now`.
    package func opensCheckout(at now: Timestamp) -> Bool {
        state == .pending && now < createdAt + PaymentTerms.checkoutOpeningTime
    }

    /// The state as a user sees it: nothing need arrive for a purchase to expire.
    package func state(at now: Timestamp) -> State {
        state == .pending && now >= expiresAt ? .expired : state
    }
}

extension Purchase {
    private static let partitionPrefix = "PURCHASE#"

    package static func key(_ id: String) -> ItemKey { ItemKey(.users, partitionPrefix + id, ItemName.meta) }

    package init(item: Item) throws(MalformedItem) {
        let reader = ItemReader(item, "purchase")
        id = try reader.id(after: Self.partitionPrefix)
        userID = try reader.string("userID")
        packID = try reader.string("packID")
        credits = try reader.integer("credits")
        amountCents = try reader.integer("amountCents")
        currency = try reader.string("currency")
        guard let state = State(rawValue: try reader.string("state")) else { throw MalformedItem("purchase", "state") }
        self.state = state
        createdAt = try reader.time("createdAt")
        settledAt = try reader.optional("settledAt", reader.time)
    }

    package var item: Item {
        var item = Self.key(id).attributes
        item["userID"] = .string(userID)
        item["packID"] = .string(packID)
        item["credits"] = .number(credits)
        item["amountCents"] = .number(amountCents)
        item["currency"] = .string(currency)
        item["state"] = .string(state.rawValue)
        item["createdAt"] = .time(createdAt)
        if let settledAt { item["settledAt"] = .time(settledAt) }
        return item
    }
}
