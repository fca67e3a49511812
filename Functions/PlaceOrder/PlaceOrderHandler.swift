import Domain
package import Events
import Handling
import Items
import JSON
package import LambdaRuntime
package import Services
import Time

/// Shows what the cart costs and turns it into an order, at the same total (R61, R69–R72, R75).
package struct PlaceOrderHandler: LambdaHandler {
    private static let name = "PlaceOrder"
    private let store: any ItemStore
    private let providers: PaymentProviders
    private let releases: any MessageQueue

    /// - Parameter releases: where ``ReleaseRequest``s go.
    package init(
        store: any ItemStore, stripe: any PaymentProvider, paypal: any PaymentProvider, releases: any MessageQueue
    ) {
        self.store = store
        providers = PaymentProviders(stripe: stripe, paypal: paypal)
        self.releases = releases
    }

    package func handle(_ event: HTTPEvent, context: InvocationContext) async throws -> HTTPReply {
        await answering(by: Self.name, context) {
            switch event.routeKey {
            case "GET /orders/preview": try await preview(event)
            case "POST /orders": try await place(event, context)
            default: throw RequestError.routeUnknown
            }
        }
    }

    private func preview(_ event: HTTPEvent) async throws -> HTTPReply {
        let cart = try await store.read(Cart.self, at: Cart.key(of: try event.userID()))
        switch quoteOrder(cart, from: try await shelf(for: cart, withStock: true)) {
        case .refused(let refusal): return HTTPReply(refusal)
        case .accepted(let quote, _):
            var body = quote.json
            body["cartVersion"] = .number(JSONNumber(quote.cartVersion))
            body["currency"] = .string(OrderTerms.currency)
            return HTTPReply(.ok, body: body)
        }
    }

    private func place(_ event: HTTPEvent, _ context: InvocationContext) async throws -> HTTPReply {
        let userID = try event.userID()
        let body = try event.body(as: OrderBody.self)
        let id = derivedID("order", of: userID, key: try event.idempotencyKey())
        let request = body.request(id: id, by: userID)
        var isReleasePlanned = false
        let decision = try await retryingConflicts { attempt in
            let items = try await store.snapshot(of: [Order.key(id), Cart.key(of: userID)])
            let earlier = try items[0].map { try Order(item: $0) }
            let cart = try items[1].map { try Cart(item: $0) }
            // Stock is looked at once a reservation has failed, to say of what there is too little.
            let shelf = try await shelf(for: earlier == nil ? cart : nil, withStock: attempt.number > 1)
            let decision = decideOrder(request, of: cart, from: shelf, after: earlier, at: event.receivedAt)
            if !decision.writes.isEmpty, !isReleasePlanned {
                // First, for then no order ever keeps its pieces for want of this message; and a message without an
                // order does nothing.
                try await releases.send([try QueueMessage(releasing: id)])
                isReleasePlanned = true
            }
            try await store.commit(decision.writes, token: attempt.token(context.requestID))
            return decision
        }
        switch decision {
        case .refused(let refusal): return HTTPReply(refusal)
        case .accepted(let order, let writes):
            if !writes.isEmpty {
                context.count(["OrdersPlaced": 1, "CentsOrdered": order.quote.totalCents], by: Self.name)
            }
            return await reply(for: order, isNew: !writes.isEmpty, at: event.receivedAt, context)
        }
    }

    /// What the cart's lines stand for, read just before the decision.
    private func shelf(for cart: Cart?, withStock: Bool) async throws -> Shelf {
        // A cart past the bound is refused whatever the shop has.
        guard let cart, !cart.lines.isEmpty, cart.lines.count <= Cart.linesMax else { return Shelf([], products: []) }
        let productIDs = Set(cart.lines.map(\.productID)).sorted()
        let keys = cart.lines.map { Variation.key($0.sku, of: $0.productID) } + productIDs.map { Product.key($0) }
        let items = try await store.items(at: keys)
        var stock: [Stock] = []
        if withStock {
            let found = try await store.items(at: cart.lines.map { Stock.key(of: $0.sku) })
            stock = try zip(cart.lines, found).map { line, item in
                try item.map { try Stock(item: $0) } ?? .none(of: line.sku)
            }
        }
        return Shelf(
            try items.prefix(cart.lines.count).compactMap { $0 }.map { try Variation(item: $0) },
            products: try items.dropFirst(cart.lines.count).compactMap { $0 }.map { try Product(item: $0) },
            stock: stock)
    }

    /// Opens the hosted page while the order awaits its payment. Opening it again finds the same page.
    private func reply(
        for order: Order, isNew: Bool, at now: Timestamp, _ context: InvocationContext
    ) async -> HTTPReply {
        var body = order.quote.json
        body["orderID"] = .string(order.id)
        body["state"] = .string(order.state.rawValue)
        body["provider"] = .string(order.provider.rawValue)
        body["currency"] = .string(order.currency)
        body["paymentDueAt"] = .string(order.paymentDueAt.description)
        guard order.opensCheckout(at: now) else { return HTTPReply(.ok, body: body) }
        let checkout = CheckoutOrder(
            reference: order.id, purpose: .orders, title: "Your order", amount: order.quote.totalCents,
            currency: order.currency, expiresAt: order.placedAt + OrderTerms.checkoutLifetime)
        switch await providers[order.provider].openingCheckout(checkout, context) {
        case .unavailable(let reply): return reply
        case .opened(let session): body["checkoutURL"] = .string(session.url)
        }
        return HTTPReply(isNew ? .created : .ok, body: body)
    }
}
