package import Items
package import Time

/// What becomes of an order's pieces when its time to pay is over.
package enum Release: Hashable, Sendable {
    /// One transaction of at most 52 writes.
    case givenUp([ItemWrite])
    /// Nobody waits for its payment: it was paid or given up, or never came to be. Or this was asked for by an earlier
    /// try to place it, and the one that placed it asked again.
    case notNeeded
    case notDue
}

/// Decides whether an order is given up, so that others can buy its pieces (R50–R53): 15 minutes after it was placed,
/// if it is not paid.
///
/// Every try to place an order asks for its release first, due when the order would be. What comes earlier than
/// ``OrderTerms/clockDifferenceMax`` explains is of a try that failed.
///
/// A payment that comes at the same moment and this are two transactions on the same condition: one goes through, and
/// the other finds the order moved.
package func decideRelease(of order: (order: Order, payment: Payment)?, at now: Timestamp) -> Release {
    guard let (order, payment) = order, order.state == .awaitingPayment else { return .notNeeded }
    guard now >= order.paymentDueAt - OrderTerms.clockDifferenceMax else { return .notNeeded }
    guard now >= order.paymentDueAt else { return .notDue }
    return .givenUp(order.givingUp(payment, by: nil, at: now))
}
