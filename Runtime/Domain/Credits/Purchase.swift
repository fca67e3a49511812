package import Items
package import Time

/// One purchase of credits, stored before the payment provider hears of it (R8).
package struct Purchase: StoredEntity, Hashable {
    package enum State: String, CaseIterable, Sendable {
        case pending = "PENDING"
        case paid = "PAID"
        /// The provider's page was left unpaid. If money arrives after all, it is credited.
        case expired = "EXPIRED"
        /// All of the money went back.
        case refunded = "REFUNDED"
    }

    package var id: String
    package var userID: String
    package var provider: ProviderName
    package var packID: String
    package var credits: Int
    package var amountCents: Int
    package var currency: String
    package var state: State
    package var createdAt: Timestamp
    package var settledAt: Timestamp?
    /// What went back of ``amountCents``; it only grows, and may be known before the payment is.
    package var refundedCents: Int
    /// What the buyer's bank took of it, in a dispute; likewise.
    package var disputedCents: Int
    /// What was taken back of ``credits``.
    package var creditsTaken: Int
    /// What was to be taken back and was spent already.
    package var creditsOwed: Int

    package init(
        id: String, userID: String, provider: ProviderName = .stripe, packID: String, credits: Int, amountCents: Int,
        currency: String, state: State, createdAt: Timestamp, settledAt: Timestamp? = nil, refundedCents: Int = 0,
        disputedCents: Int = 0, creditsTaken: Int = 0, creditsOwed: Int = 0
    ) {
        self.id = id
        self.userID = userID
        self.provider = provider
        self.packID = packID
        self.credits = credits
        self.amountCents = amountCents
        self.currency = currency
        self.state = state
        self.createdAt = createdAt
        self.settledAt = settledAt
        self.refundedCents = refundedCents
        self.disputedCents = disputedCents
        self.creditsTaken = creditsTaken
        self.creditsOwed = creditsOwed
    }

    /// What went back of ``amountCents`` either way.
    package var returnedCents: Int { min(refundedCents + disputedCents, amountCents) }

    /// Until then the provider's page can be paid.
    package var expiresAt: Timestamp { createdAt + PurchaseTerms.checkoutLifetime }

    /// Whether the provider's page can be opened at `now`.
    package func opensCheckout(at now: Timestamp) -> Bool {
        state == .pending && now < createdAt + PurchaseTerms.checkoutOpeningTime
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
        guard let provider = ProviderName(rawValue: try reader.string("provider")) else {
            throw MalformedItem("purchase", "provider")
        }
        self.provider = provider
        packID = try reader.string("packID")
        credits = try reader.integer("credits")
        amountCents = try reader.integer("amountCents")
        currency = try reader.string("currency")
        guard let state = State(rawValue: try reader.string("state")) else { throw MalformedItem("purchase", "state") }
        self.state = state
        createdAt = try reader.time("createdAt")
        settledAt = try reader.optional("settledAt", reader.time)
        refundedCents = try reader.optional("refundedCents", reader.integer) ?? 0
        disputedCents = try reader.optional("disputedCents", reader.integer) ?? 0
        creditsTaken = try reader.optional("creditsTaken", reader.integer) ?? 0
        creditsOwed = try reader.optional("creditsOwed", reader.integer) ?? 0
    }

    package var item: Item {
        var item = Self.key(id).attributes
        item["userID"] = .string(userID)
        item["provider"] = .string(provider.rawValue)
        item["packID"] = .string(packID)
        item["credits"] = .number(credits)
        item["amountCents"] = .number(amountCents)
        item["currency"] = .string(currency)
        item["state"] = .string(state.rawValue)
        item["createdAt"] = .time(createdAt)
        if let settledAt { item["settledAt"] = .time(settledAt) }
        if refundedCents > 0 { item["refundedCents"] = .number(refundedCents) }
        if disputedCents > 0 { item["disputedCents"] = .number(disputedCents) }
        if creditsTaken > 0 { item["creditsTaken"] = .number(creditsTaken) }
        if creditsOwed > 0 { item["creditsOwed"] = .number(creditsOwed) }
        return item
    }
}
