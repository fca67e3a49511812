import Items
package import Time

/// Why credits can't be bought; earlier cases win.
package enum PurchaseRefusal: Refusal {
    case packUnknown
    /// The idempotency key stands for a purchase of another pack, or through another provider.
    case keyReused

    package enum Code: String, CaseIterable, Sendable {
        case packUnknown = "PACK_UNKNOWN"
        case keyReused = "IDEMPOTENCY_KEY_REUSED"
    }

    package var code: Code {
        switch self {
        case .packUnknown: .packUnknown
        case .keyReused: .keyReused
        }
    }

    package var message: String {
        switch self {
        case .packUnknown: "We don't sell such a pack of credits. Reload the page and choose again."
        case .keyReused: "This request was already used for another purchase. Start the purchase again."
        }
    }
}

/// Decides the purchase of a pack at the server's price (R7, R8): refuses in ``PurchaseRefusal`` order; the same
/// request come again is accepted and writes nothing.
///
/// - Parameters:
///   - id: derives from the user and the idempotency key, so that one key is one purchase.
///   - earlier: the purchase under that id; nil may also mean "not read", as the insert's condition decides.
package func decidePurchase(
    of packID: String, through provider: ProviderName, id: String, by userID: String, after earlier: Purchase?,
    at now: Timestamp
) -> Decision<Purchase, PurchaseRefusal> {
    guard let pack = CreditPack.named(packID) else { return .refused(.packUnknown) }
    if let earlier {
        guard earlier.packID == packID, earlier.provider == provider else { return .refused(.keyReused) }
        return .accepted(earlier, writes: [])
    }
    let purchase = Purchase(
        id: id, userID: userID, provider: provider, packID: pack.id, credits: pack.credits,
        amountCents: pack.priceCents, currency: CreditPack.currency, state: .pending, createdAt: now)
    return .accepted(purchase, writes: [.insert(purchase.item, in: .users)])
}
