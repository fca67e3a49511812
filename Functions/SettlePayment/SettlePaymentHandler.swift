import Domain
package import Events
import Handling
package import LambdaRuntime
package import Services

/// Marks orders as paid, by the payment provider's verified notice alone (R72).
package struct SettlePaymentHandler: LambdaHandler {
    private let store: any ItemStore
    private let webhook: StripeWebhookDoor

    package init(store: any ItemStore, webhookSecret: String) {
        self.store = store
        webhook = StripeWebhookDoor(purpose: .orders, secret: webhookSecret)
    }

    package func handle(_ event: HTTPEvent, context: InvocationContext) async throws -> HTTPReply {
        try await answering {
            guard event.routeKey == "POST /webhooks/stripe/orders" else { throw RequestError.routeUnknown }
            return try await webhook.receive(event) { try await settle($0, event, context) }
        }
    }

    private func settle(
        _ notice: PaymentNotice, _ event: HTTPEvent, _ context: InvocationContext
    ) async throws -> Settlement.Outcome {
        try await retryingConflicts { attempt in
            let reference = notice.reference ?? ""
            let items = try await store.items(at: [
                Order.key(reference), Payment.key(of: reference), notice.quarantineKey(in: .orders),
            ])
            var order: (Order, Payment)?
            if let orderItem = items[0], let paymentItem = items[1] {
                order = (try Order(item: orderItem), try Payment(item: paymentItem))
            }
            let settlement = decideOrderSettlement(
                notice, of: order, isQuarantined: items[2] != nil, at: event.receivedAt)
            try await store.commit(settlement.writes, token: attempt.token(context.requestID))
            return settlement.outcome
        }
    }
}
