import Items
package import Time

/// Decides what a verified notice of the payment provider does to a purchase (R8): credits once, however often and in
/// whatever order notices come.
///
/// - Parameters:
///   - purchase: the one that the notice names, or nil if there is none.
///   - isQuarantined: whether this very notice was put aside before.
/// - Returns: for a payment, one transaction that moves the purchase to PAID if it is not, adds the credits and writes
///   the ledger entry. What does not fit is put aside for a person to look at, and credits nothing.
package func decidePurchaseSettlement(
    _ notice: PaymentNotice, of purchase: Purchase?, isQuarantined: Bool, at now: Timestamp
) -> Settlement {
    func quarantined(_ reason: QuarantineReason) -> Settlement {
        notice.settlement(quarantinedFor: reason, alreadyDone: isQuarantined, in: .users, at: now)
    }
    guard let purchase else { return quarantined(.referenceUnknown) }
    switch (notice.kind, purchase.state) {
    case (_, .paid), (.failed, .expired):
        return Settlement(.alreadySettled)
    case (.failed, .pending):
        return Settlement(
            .expired,
            [
                .update(
                    Purchase.key(purchase.id),
                    [.set("state", .string(Purchase.State.expired.rawValue)), .set("settledAt", .time(now))],
                    if: .equal("state", .string(Purchase.State.pending.rawValue)))
            ])
    case (.paid, .pending), (.paid, .expired):
        guard notice.amountCents == purchase.amountCents else { return quarantined(.amountDiffers) }
        guard notice.currency == purchase.currency else { return quarantined(.currencyDiffers) }
        return Settlement(
            .paid,
            [
                .update(
                    Purchase.key(purchase.id),
                    [
                        .set("state", .string(Purchase.State.paid.rawValue)), .set("settledAt", .time(now)),
                        .set("noticeID", .string(notice.id)),
                    ],
                    // Whatever it is now, PAID it must not be; the amounts of a purchase never change.
                    if: .all([.itemPresent, .notEqual("state", .string(Purchase.State.paid.rawValue))])),
                Balance.credit(purchase.credits, to: purchase.userID),
                LedgerEntry(
                    userID: purchase.userID, at: now, credits: purchase.credits, cause: .purchase(id: purchase.id)
                ).write,
            ])
    }
}
