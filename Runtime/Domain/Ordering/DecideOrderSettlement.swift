import Items
package import Time

/// Decides what a verified notice of the payment provider does to an order (R72): PAID by such a notice alone, once,
/// and only with the amount and currency of the order.
///
/// - Parameters:
///   - order: the one that the notice names, with its payment, or nil if there is none.
///   - isQuarantined: whether this very notice was put aside before.
/// - Returns: one transaction that moves the payment and the order together. Money for an order that was given up is
///   put aside, for its goods may be someone else's; other notices after the first that counts do nothing.
package func decideOrderSettlement(
    _ notice: PaymentNotice, of order: (order: Order, payment: Payment)?, isQuarantined: Bool, at now: Timestamp
) -> Settlement {
    func quarantined(_ reason: QuarantineReason) -> Settlement {
        notice.settlement(quarantinedFor: reason, alreadyDone: isQuarantined, in: .orders, at: now)
    }
    guard let (order, payment) = order else { return quarantined(.referenceUnknown) }
    switch (notice.kind, payment.state) {
    case (.refunded, _), (.refundFailed, _):
        return quarantined(.refundFailed)
    case (_, .captured), (.failed, .expired), (.approved, .expired):
        return Settlement(.alreadySettled)
    case (.paid, .expired):
        return quarantined(.paidTooLate)
    case (.failed, .awaited):
        return Settlement(
            .expired,
            [
                payment.moving(to: .expired, by: notice, at: now),
                order.moving(from: .awaitingPayment, to: .expired),
            ])
    case (.approved, .awaited), (.paid, .awaited):
        guard notice.amountCents == payment.amountCents else { return quarantined(.amountDiffers) }
        guard notice.currency == payment.currency else { return quarantined(.currencyDiffers) }
        guard notice.kind == .paid else { return Settlement(.approved) }
        return Settlement(
            .paid,
            [
                payment.moving(to: .captured, by: notice, at: now),
                order.moving(from: .awaitingPayment, to: .paid),
            ])
    }
}
