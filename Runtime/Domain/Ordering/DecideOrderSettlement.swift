import Items
package import Time

/// Decides what a verified notice of the payment provider does to an order (R72): PAID by such a notice alone, once,
/// and only with the amount and currency of the order; REFUNDED once all of it went back. Notices may come twice, late
/// and in any order.
///
/// Money for an order that was given up: a page stays payable for longer than the order waits. If there are still as
/// many pieces, the buyer gets them, which is what both sides wanted; of a buyer who lost the race for the last ones
/// the notice is put aside, and a person sees to it that the money goes back. An approval alone is not enough to take
/// money for an order that was given up.
///
/// - Parameters:
///   - order: the one that the notice names, with its payment, or nil if there is none.
///   - stock: SKUs missing here were not looked at: the write's condition decides.
///   - isQuarantined: whether this very notice was put aside before.
/// - Returns: one transaction of at most 52 writes that moves the payment, the order and its pieces together.
package func decideOrderSettlement(
    _ notice: PaymentNotice, of order: (order: Order, payment: Payment)?, stock: [String: Stock] = [:],
    isQuarantined: Bool, at now: Timestamp
) -> Settlement {
    func quarantined(_ reason: QuarantineReason) -> Settlement {
        notice.settlement(quarantinedFor: reason, alreadyDone: isQuarantined, in: .orders, at: now)
    }
    // By whatever it names, a person has to see to it.
    if notice.kind == .refundFailed { return quarantined(.refundFailed) }
    if notice.kind == .disputeWon { return quarantined(.disputeWon) }
    guard let (order, payment) = order else { return quarantined(.referenceUnknown) }
    guard notice.provider == payment.provider else { return quarantined(.providerDiffers) }
    switch (notice.kind, payment.state) {
    case (.refundFailed, _): return quarantined(.refundFailed)
    case (.disputeWon, _): return quarantined(.disputeWon)
    case (.refunded, _), (.disputed, _):
        guard let cents = notice.amountCents, cents > 0 else { return quarantined(.amountDiffers) }
        guard notice.currency == payment.currency else { return quarantined(.currencyDiffers) }
        guard cents <= payment.amountCents else { return quarantined(.refundTooLarge) }
        var after = payment
        if notice.kind == .disputed { after.disputedCents = cents } else { after.refundedCents = cents }
        let earlier = notice.kind == .disputed ? payment.disputedCents : payment.refundedCents
        guard cents > earlier else { return Settlement(.alreadySettled) }
        return Settlement(.refunded, order.returning(payment, to: after, at: now))
    case (_, .captured), (_, .refunded), (.failed, .expired), (.declined, .expired), (.approved, .expired):
        return Settlement(.alreadySettled)
    // Its pieces stay set aside while it can be paid; ReleaseStock ends that.
    case (.declined, .awaited): return Settlement(.declined)
    case (.failed, .awaited):
        return Settlement(.expired, order.givingUp(payment, by: notice, at: now))
    case (.approved, .awaited), (.paid, .awaited), (.paid, .expired):
        guard notice.amountCents == payment.amountCents else { return quarantined(.amountDiffers) }
        guard notice.currency == payment.currency else { return quarantined(.currencyDiffers) }
        guard notice.kind == .paid else { return Settlement(.approved) }
        // All of it went back before we heard that it came.
        guard payment.returnedCents < payment.amountCents else {
            return Settlement(.refunded, order.givingUp(payment, as: .refunded, by: notice, at: now))
        }
        if payment.state == .expired {
            let isShort = order.quote.lines.contains { stock[$0.sku]?.isLess(than: $0.quantity) ?? false }
            if isQuarantined || isShort { return quarantined(.paidTooLate) }
        }
        return Settlement(
            .paid, [payment.moving(to: .captured, by: notice, at: now)] + order.moving(to: .paid, at: now))
    }
}

extension Order {
    /// Moves the payment, and the order with its pieces if they still wait for it.
    func givingUp(
        _ payment: Payment, as end: Payment.State = .expired, by notice: PaymentNotice?, at now: Timestamp
    ) -> [ItemWrite] {
        [payment.moving(to: end, by: notice, at: now)]
            + (state == .awaitingPayment ? moving(to: .expired, at: now) : [])
    }

    /// Notes what went back; the order ends, and its pieces are free again, when nothing is left of the payment.
    ///
    /// - Parameter after: the payment with all that went back so far.
    fileprivate func returning(_ payment: Payment, to after: Payment, at now: Timestamp) -> [ItemWrite] {
        guard payment.state == .captured, after.returnedCents == payment.amountCents else {
            return [payment.returning(to: after, movingTo: payment.state, at: now)]
        }
        return [payment.returning(to: after, movingTo: .refunded, at: now)]
            + (state == .paid ? moving(to: .refunded, at: now) : [])
    }
}
