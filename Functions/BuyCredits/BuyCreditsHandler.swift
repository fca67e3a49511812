import Domain
package import Events
import Handling
import JSON
package import LambdaRuntime
package import Payments
package import Services
import Time

/// Sells credits through the payment providers' hosted pages, credits what is paid, and takes back what is refunded
/// (R7–R9, R12).
package struct BuyCreditsHandler: LambdaHandler {
    private static let name = "BuyCredits"

    private let store: any ItemStore
    private let providers: PaymentProviders
    private let stripeDoor: StripeWebhookDoor
    private let paypalDoor: PayPalWebhookDoor

    package init(
        store: any ItemStore, stripe: StripeCheckout, stripeSecret: String, paypal: PayPalCheckout,
        paypalWebhookID: String
    ) {
        self.store = store
        providers = PaymentProviders(stripe: stripe, paypal: paypal)
        stripeDoor = StripeWebhookDoor(purpose: .credits, secret: stripeSecret, stripe: stripe)
        paypalDoor = PayPalWebhookDoor(purpose: .credits, webhookID: paypalWebhookID, paypal: paypal)
    }

    package func handle(_ event: HTTPEvent, context: InvocationContext) async throws -> HTTPReply {
        await answering(by: Self.name, context) {
            switch event.routeKey {
            case "POST /credits/purchases": try await buy(event, context)
            case "POST /webhooks/stripe/credits":
                try await stripeDoor.receive(event) { try await settle($0, event, context) }
            case "POST /webhooks/paypal/credits":
                try await paypalDoor.receive(event) { try await settle($0, event, context) }
            default: throw RequestError.routeUnknown
            }
        }
    }

    private struct PurchaseRequest: Decodable {
        var packID: String
        /// Stripe where the request names none.
        var provider: ProviderName?
    }

    private func buy(_ event: HTTPEvent, _ context: InvocationContext) async throws -> HTTPReply {
        let userID = try event.userID()
        let request = try event.body(as: PurchaseRequest.self)
        let id = derivedID("purchase", of: userID, key: try event.idempotencyKey())
        let decision = try await retryingConflicts { attempt in
            let earlier: Purchase? =
                switch attempt.reason {
                // The insert finds it if it is there.
                case .first: nil
                case .conflict(let stored): try (stored.first ?? nil).map { try Purchase(item: $0) }
                case .lostAnswer: try await store.read(Purchase.self, at: Purchase.key(id))
                }
            let decision = decidePurchase(
                of: request.packID, through: request.provider ?? .stripe, id: id, by: userID, after: earlier,
                at: event.receivedAt)
            try await store.commit(decision.writes, token: attempt.token(context.requestID))
            return decision
        }
        switch decision {
        case .refused(let refusal):
            let status: HTTPReply.Status = refusal == .packUnknown ? .unprocessable : .conflict
            return HTTPReply(status, code: refusal.code.rawValue, message: refusal.message)
        case .accepted(let purchase, let writes):
            return await reply(for: purchase, isNew: !writes.isEmpty, at: event.receivedAt, context)
        }
    }

    /// Opens the hosted page while the purchase can be paid. Opening it again finds the same page.
    private func reply(
        for purchase: Purchase, isNew: Bool, at now: Timestamp, _ context: InvocationContext
    ) async -> HTTPReply {
        var body = purchase.json(at: now)
        guard purchase.opensCheckout(at: now) else { return HTTPReply(.ok, body: body) }
        let checkout = CheckoutOrder(
            reference: purchase.id, purpose: .credits,
            title: CreditPack.named(purchase.packID)?.title ?? "Voting credits", amount: purchase.amountCents,
            currency: purchase.currency, expiresAt: purchase.expiresAt)
        switch await providers[purchase.provider].openingCheckout(checkout, context) {
        case .unavailable(let reply): return reply
        case .opened(let session): body["checkoutURL"] = .string(session.url)
        }
        return HTTPReply(isNew ? .created : .ok, body: body)
    }

    private func settle(
        _ notice: PaymentNotice, _ event: HTTPEvent, _ context: InvocationContext
    ) async throws -> Settlement.Outcome {
        try await retryingConflicts { attempt in
            let items = try await store.items(at: [
                Purchase.key(notice.reference ?? ""), notice.quarantineKey(in: .users),
            ])
            let purchase = try items[0].map { try Purchase(item: $0) }
            var credits = 0
            if notice.kind == .refunded || notice.kind == .disputed, let purchase {
                credits = try await store.read(Balance.self, at: Balance.key(of: purchase.userID))?.credits ?? 0
            }
            let settlement = decidePurchaseSettlement(
                notice, of: purchase, credits: credits, isQuarantined: items[1] != nil, at: event.receivedAt)
            try await store.commit(settlement.writes, token: attempt.token(context.requestID))
            count(settlement, of: purchase, context)
            return settlement.outcome
        }
    }

    /// Only what this invocation made true.
    private func count(_ settlement: Settlement, of purchase: Purchase?, _ context: InvocationContext) {
        guard !settlement.writes.isEmpty else { return }
        switch settlement.outcome {
        case .paid: context.count(["Purchases": 1, "CreditsSold": purchase?.credits ?? 0], by: Self.name)
        case .refunded: context.count(["Refunds": 1], by: Self.name)
        case .quarantined(let reason): context.countQuarantined(reason.rawValue, by: Self.name)
        case .approved, .declined, .expired, .alreadySettled: break
        }
    }
}

extension Purchase {
    fileprivate func json(at now: Timestamp) -> JSONObject {
        [
            "purchaseID": .string(id), "packID": .string(packID), "provider": .string(provider.rawValue),
            "credits": .number(JSONNumber(credits)),
            "amountCents": .number(JSONNumber(amountCents)), "currency": .string(currency),
            "state": .string(state(at: now).rawValue), "expiresAt": .string(expiresAt.description),
        ]
    }
}
