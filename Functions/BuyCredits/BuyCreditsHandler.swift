import Domain
package import Events
import Handling
import JSON
package import LambdaRuntime
package import Services
import Time

/// Sells credits through the payment provider's hosted pages, and credits what is paid (R7–R9, R12).
package struct BuyCreditsHandler: LambdaHandler {
    private let store: any ItemStore
    private let payments: any PaymentProvider
    private let webhook: StripeWebhookDoor

    package init(store: any ItemStore, payments: any PaymentProvider, webhookSecret: String) {
        self.store = store
        self.payments = payments
        webhook = StripeWebhookDoor(purpose: .credits, secret: webhookSecret)
    }

    package func handle(_ event: HTTPEvent, context: InvocationContext) async throws -> HTTPReply {
        try await answering {
            switch event.routeKey {
            case "POST /credits/purchases": try await buy(event, context)
            case "POST /webhooks/stripe/credits":
                try await webhook.receive(event) { try await settle($0, event, context) }
            default: throw RequestError.routeUnknown
            }
        }
    }

    private struct PurchaseRequest: Decodable {
        var packID: String
    }

    private func buy(_ event: HTTPEvent, _ context: InvocationContext) async throws -> HTTPReply {
        let userID = try event.userID()
        let packID = try event.body(as: PurchaseRequest.self).packID
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
                of: packID, through: .stripe, id: id, by: userID, after: earlier, at: event.receivedAt)
            try await store.commit(decision.writes, token: attempt.token(context.requestID))
            return decision
        }
        switch decision {
        case .refused(let refusal):
            let status: HTTPReply.Status = refusal == .packUnknown ? .unprocessable : .conflict
            return HTTPReply(status, code: refusal.code.rawValue, message: refusal.message)
        case .accepted(let purchase, let writes):
            return try await reply(for: purchase, isNew: !writes.isEmpty, at: event.receivedAt)
        }
    }

    /// Opens the hosted page while the purchase can be paid. Opening it again finds the same page.
    private func reply(for purchase: Purchase, isNew: Bool, at now: Timestamp) async throws -> HTTPReply {
        var body = purchase.json(at: now)
        guard purchase.opensCheckout(at: now) else { return HTTPReply(.ok, body: body) }
        let checkout = CheckoutOrder(
            reference: purchase.id, purpose: .credits,
            title: CreditPack.named(purchase.packID)?.title ?? "Voting credits", amount: purchase.amountCents,
            currency: purchase.currency, expiresAt: purchase.expiresAt)
        switch try await payments.openingCheckout(checkout) {
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
            if notice.kind == .refunded, let purchase {
                credits = try await store.read(Balance.self, at: Balance.key(of: purchase.userID))?.credits ?? 0
            }
            let settlement = decidePurchaseSettlement(
                notice, of: purchase, credits: credits, isQuarantined: items[1] != nil, at: event.receivedAt)
            try await store.commit(settlement.writes, token: attempt.token(context.requestID))
            return settlement.outcome
        }
    }
}

extension Purchase {
    fileprivate func json(at now: Timestamp) -> JSONObject {
        [
            "purchaseID": .string(id), "packID": .string(packID), "credits": .number(JSONNumber(credits)),
            "amountCents": .number(JSONNumber(amountCents)), "currency": .string(currency),
            "state": .string(state(at: now).rawValue), "expiresAt": .string(expiresAt.description),
        ]
    }
}
