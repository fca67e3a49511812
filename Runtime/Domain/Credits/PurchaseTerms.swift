/// Times agreed with the payment provider for purchases of credits.
package enum PurchaseTerms {
    /// How long a hosted page can be paid, from when its purchase was stored.
    package static let checkoutLifetime: Duration = .seconds(60 * 60)
    /// How long the page can be opened, or opened again. Stripe takes pages that stay for 30 minutes at least, as it
    /// counts, so a page whose first opening failed must be opened while there is more than that left.
    package static let checkoutOpeningTime: Duration = .seconds(29 * 60)
}
