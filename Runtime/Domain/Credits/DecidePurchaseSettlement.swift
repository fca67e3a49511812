import Items
package import Time

/// Decides what a verified notice of the payment provider does to a purchase (R8): credits once, and takes them back
/// once, however often and in whatever order notices come.
///
/// - Parameters:
///   - purchase: the one that the notice names, or nil if there is none.
///   - credits: the buyer's balance, which matters to refunds alone.
///   - isQuarantined: whether this very notice was put aside before.
/// - Returns: one transaction. A payment moves the purchase to PAID, adds the credits and writes the ledger entry; a
///   refund takes back what is left of the credits and notes the rest as owed. What does not fit is put aside for a
///   person to look at, and moves nothing.
package func decidePurchaseSettlement(
    _ notice: PaymentNotice, of purchase: Purchase?, credits: Int = 0, isQuarantined: Bool, at now: Timestamp
) -> Settlement {
    func quarantined(_ reason: QuarantineReason) -> Settlement {
        notice.settlement(quarantinedFor: reason, alreadyDone: isQuarantined, in: .users, at: now)
    }
    // By whatever it names, a person has to see to it.
    if notice.kind == .refundFailed { return quarantined(.refundFailed) }
    if notice.kind == .disputeWon { return quarantined(.disputeWon) }
    guard let purchase else { return quarantined(.referenceUnknown) }
    guard notice.provider == purchase.provider else { return quarantined(.providerDiffers) }
    switch (notice.kind, purchase.state) {
    case (.refundFailed, _): return quarantined(.refundFailed)
    case (.disputeWon, _): return quarantined(.disputeWon)
    case (.refunded, _), (.disputed, _):
        guard let cents = notice.amountCents, cents > 0 else { return quarantined(.amountDiffers) }
        guard notice.currency == purchase.currency else { return quarantined(.currencyDiffers) }
        guard cents <= purchase.amountCents else { return quarantined(.refundTooLarge) }
        var after = purchase
        if notice.kind == .disputed { after.disputedCents = cents } else { after.refundedCents = cents }
        let earlier = notice.kind == .disputed ? purchase.disputedCents : purchase.refundedCents
        guard cents > earlier else { return Settlement(.alreadySettled) }
        return Settlement(.refunded, purchase.returning(to: after, from: credits, at: now))
    case (_, .paid), (_, .refunded), (.failed, .expired), (.declined, .expired):
        return Settlement(.alreadySettled)
    case (.declined, .pending): return Settlement(.declined)
    case (.failed, .pending):
        return Settlement(.expired, [purchase.update([.state(.expired), .set("settledAt", .time(now))])])
    case (.approved, .pending), (.approved, .expired), (.paid, .pending), (.paid, .expired):
        guard notice.amountCents == purchase.amountCents else { return quarantined(.amountDiffers) }
        guard notice.currency == purchase.currency else { return quarantined(.currencyDiffers) }
        guard notice.kind == .paid else { return Settlement(.approved) }
        return Settlement(.paid, purchase.crediting(by: notice, at: now))
    }
}

extension Purchase {
    /// Adds the credits, less those of a refund that was told of first.
    fileprivate func crediting(by notice: PaymentNotice, at now: Timestamp) -> [ItemWrite] {
        let back = creditsBack(for: returnedCents)
        var updates: [AttributeUpdate] = [
            .state(returnedCents == amountCents ? .refunded : .paid), .set("settledAt", .time(now)),
            .set("noticeID", .string(notice.id)),
        ]
        if back > 0 { updates.append(.set("creditsTaken", .number(back))) }
        var writes = [
            update(updates), Balance.credit(credits - back, to: userID),
            LedgerEntry(userID: userID, at: now, credits: credits, cause: .purchase(id: id)).write,
        ]
        if back > 0 {
            writes.append(
                LedgerEntry(
                    userID: userID, at: now, credits: -back,
                    cause: .purchaseRefund(id: id, refundedCents: returnedCents)
                ).write)
        }
        return writes
    }

    /// Takes back the credits that what went back in all stands for, as far as the buyer has not spent them; what is
    /// spent is owed (R8, R10).
    ///
    /// - Parameters:
    ///   - after: with more refunded, or more disputed, and neither more than ``amountCents``.
    ///   - balance: what the buyer has; the writes hold only if it covers what is taken, and if nothing came in beside
    ///     where all of it is.
    fileprivate func returning(to after: Purchase, from balance: Int, at now: Timestamp) -> [ItemWrite] {
        let cents = after.returnedCents
        var updates: [AttributeUpdate] =
            after.disputedCents == disputedCents
            ? [.set("refundedCents", .number(after.refundedCents)), .set("refundedAt", .time(now))]
            : [.set("disputedCents", .number(after.disputedCents)), .set("disputedAt", .time(now))]
        // Nothing was credited yet: the payment's notice, when it comes, finds what went back.
        guard state == .paid else { return [update(updates)] }
        let due = creditsBack(for: cents) - creditsTaken - creditsOwed
        let taken = min(due, balance)
        if cents == amountCents { updates.append(.state(.refunded)) }
        // A few cents may be less than a credit.
        guard due > 0 else { return [update(updates)] }
        if taken > 0 { updates.append(.set("creditsTaken", .number(creditsTaken + taken))) }
        if taken < due { updates.append(.set("creditsOwed", .number(creditsOwed + due - taken))) }
        return [
            update(updates),
            taken == due ? Balance.debit(taken, of: userID) : Balance.emptying(taken, of: userID),
            LedgerEntry(
                userID: userID, at: now, credits: -taken, cause: .purchaseRefund(id: id, refundedCents: cents),
                owed: due - taken
            ).write,
        ]
    }

    /// The credits for which so much money is no longer paid. Rounded down: a credit is taken when all of it went back.
    private func creditsBack(for cents: Int) -> Int { credits * cents / amountCents }

    /// Changes the purchase if no other notice did since it was read.
    fileprivate func update(_ updates: [AttributeUpdate]) -> ItemWrite {
        .update(
            Self.key(id), updates,
            if: .all([
                .equal("state", .string(state.rawValue)),
                .counted("refundedCents", refundedCents), .counted("disputedCents", disputedCents),
            ]))
    }
}

extension AttributeUpdate {
    fileprivate static func state(_ state: Purchase.State) -> AttributeUpdate { .set("state", .string(state.rawValue)) }
}
