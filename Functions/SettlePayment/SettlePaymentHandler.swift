import Domain
package import Events
import Handling
import JSON
package import LambdaRuntime
package import Payments
package import Services

/// Marks orders as paid and as paid back, by the payment provider's verified notice alone (R72).
package struct SettlePaymentHandler: LambdaHandler {
    private static let name = "SettlePayment"
    private let store: any ItemStore
    private let stripeDoor: StripeWebhookDoor
    private let paypalDoor: PayPalWebhookDoor

    package init(
        store: any ItemStore, stripe: StripeCheckout, stripeSecret: String, paypal: PayPalCheckout,
        paypalWebhookID: String
    ) {
        self.store = store
        stripeDoor = StripeWebhookDoor(purpose: .orders, secret: stripeSecret, stripe: stripe)
        paypalDoor = PayPalWebhookDoor(purpose: .orders, webhookID: paypalWebhookID, paypal: paypal)
    }

    package func handle(_ event: HTTPEvent, context: InvocationContext) async throws -> HTTPReply {
        await answering(by: Self.name, context) {
            switch event.routeKey {
            case "POST /webhooks/stripe/orders":
                try await stripeDoor.receive(event) { try await settle($0, event, context) }
            case "POST /webhooks/paypal/orders":
                try await paypalDoor.receive(event) { try await settle($0, event, context) }
            default: throw RequestError.routeUnknown
            }
        }
    }

    private func settle(
        _ notice: PaymentNotice, _ event: HTTPEvent, _ context: InvocationContext
    ) async throws -> Settlement.Outcome {
        try await retryingConflicts { attempt in
            let reference = notice.reference ?? ""
            let items = try await store.snapshot(of: [
                Order.key(reference), Payment.key(of: reference), notice.quarantineKey(in: .orders),
            ])
            var order: (Order, Payment)?
            if let orderItem = items[0], let paymentItem = items[1] {
                order = (try Order(item: orderItem), try Payment(item: paymentItem))
            }
            // Stock matters to late money alone, and is looked at once it could not be set aside.
            let stock = attempt.number > 1 ? try await stock(for: order?.0) : [:]
            let settlement = decideOrderSettlement(
                notice, of: order, stock: stock, isQuarantined: items[2] != nil, at: event.receivedAt)
            try await store.commit(settlement.writes, token: attempt.token(context.requestID))
            count(settlement, context)
            return settlement.outcome
        }
    }

    /// Only what this invocation made true.
    private func count(_ settlement: Settlement, _ context: InvocationContext) {
        guard !settlement.writes.isEmpty else { return }
        switch settlement.outcome {
        case .paid: context.count(["OrdersPaid": 1], by: Self.name)
        case .expired: context.count(["OrdersExpired": 1], by: Self.name)
        case .refunded: context.count(["Refunds": 1], by: Self.name)
        case .quarantined(let reason): context.countQuarantined(reason.rawValue, by: Self.name)
        case .approved, .declined, .alreadySettled: break
        }
    }

    private func stock(for order: Order?) async throws -> [String: Stock] {
        guard let order, order.state == .expired else { return [:] }
        let skus = order.quote.lines.map(\.sku)
        let found = try await store.items(at: skus.map { Stock.key(of: $0) })
        var stock: [String: Stock] = [:]
        for (sku, item) in zip(skus, found) { stock[sku] = try item.map { try Stock(item: $0) } ?? .none(of: sku) }
        return stock
    }
}
