import Domain
import Handling
import Services
import Time

/// An order's event as consumers read it. Members may be added, and never change their meaning.
private struct OrderEventDetail: Encodable {
    struct Line: Encodable {
        var sku: String
        var quantity: Int
        var unitPriceCents: Int
    }

    /// The same whenever this is told again, which the bus's own id is not.
    var eventID: String
    var orderID: String
    var status: String
    var version: Int
    var currency: String
    var totalCents: Int
    var refundedCents: Int?
    var deliveryCents: Int?
    var lines: [Line]?

    init(_ event: OrderEvent) {
        eventID = event.id
        orderID = event.orderID
        status = event.status
        version = event.version
        currency = event.currency
        totalCents = event.totalCents
        refundedCents = event.refundedCents
        deliveryCents = event.deliveryCents
        lines = event.lines?.map { Line(sku: $0.sku, quantity: $0.quantity, unitPriceCents: $0.unitPriceCents) }
    }
}

extension BusEvent {
    init(_ event: OrderEvent, at time: Timestamp) throws {
        self.init(
            key: event.orderID, source: "shop.orders", detailType: event.kind.rawValue,
            detail: try encodeText(OrderEventDetail(event)), time: time)
    }
}
