package import Time

/// A payment provider's hosted checkout (R9): no card data passes through the bundle.
package protocol PaymentProvider: Sendable {
    /// Opens a hosted checkout page for one purchase.
    ///
    /// Opening the same reference again returns the same session, so a lost answer costs nothing.
    ///
    /// - Throws: `.unavailable` if the provider can't be reached or fails, `.rejected` if it refuses the request.
    /// - Note: Source: Stripe API Reference, "Create a Checkout Session" and "Idempotent requests".
    func openCheckout(_ order: CheckoutOrder) async throws(ServiceError) -> CheckoutSession
}

/// What is to be paid.
package struct CheckoutOrder: Hashable, Sendable {
    /// Our id of the purchase, 1...200 characters: returned in the webhook, and the idempotency key of the call.
    package var reference: String
    /// Comes back in the webhook, and tells which part of the bundle it concerns.
    package var purpose: CheckoutPurpose
    /// Shown on the hosted page, 1...250 characters.
    package var title: String
    /// In the currency's smallest unit (cents), 1...99,999,999.
    package var amount: Int
    /// ISO 4217, three small letters, as Stripe writes it.
    package var currency: String
    package var expiresAt: Timestamp

    package init(
        reference: String, purpose: CheckoutPurpose, title: String, amount: Int, currency: String, expiresAt: Timestamp
    ) {
        self.reference = reference
        self.purpose = purpose
        self.title = title
        self.amount = amount
        self.currency = currency
        self.expiresAt = expiresAt
    }
}

/// What a checkout is for. The raw value is the session's metadata `purpose`.
package enum CheckoutPurpose: String, CaseIterable, Sendable {
    case credits
    case orders
}

/// A page to send the buyer to.
package struct CheckoutSession: Hashable, Sendable {
    package var id: String
    package var url: String
    package init(id: String, url: String) {
        self.id = id
        self.url = url
    }
}
