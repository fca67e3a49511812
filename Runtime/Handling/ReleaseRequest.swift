import Domain
package import Services

/// Asks for an order to be given up if it is not paid when its time is over. It is put into a queue when the order is
/// placed, and stays unseen there for as long as the order can be paid.
///
/// Three ways were weighed. A sweep of the orders by state each minute heals itself, but runs when nothing is due, is a
/// minute late or two, works off a rush of abandoned orders in one line, and reads the one index partition that every
/// new order writes. A one-time schedule for each order is up to a minute late as well, costs twice as much as a
/// message, and counts against a quota of its own. A message is due to the second, waits 15 minutes at most, which is
/// what is needed, is worked off by as many processes as there is work for, and comes again until its order is dealt
/// with; what can't be ends among the dead letters.
///
/// - Note: Source: Amazon SQS Developer Guide, "Amazon SQS message timers"; EventBridge Scheduler User Guide, "Quotas".
package struct ReleaseRequest: Codable, Hashable, Sendable {
    package var orderID: String
}

extension QueueMessage {
    package init(releasing orderID: String) throws {
        self.init(body: try encodeText(ReleaseRequest(orderID: orderID)), delay: OrderTerms.paymentTime)
    }
}
