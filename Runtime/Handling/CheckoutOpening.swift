package import Events
package import Services

package enum CheckoutOpening: Sendable {
    case opened(CheckoutSession)
    /// 502: the same request later goes on where this one stopped.
    case unavailable(HTTPReply)
}

extension PaymentProvider {
    /// Opens a hosted page for what is stored already (R8).
    package func openingCheckout(_ order: CheckoutOrder) async throws(ServiceError) -> CheckoutOpening {
        do {
            return .opened(try await openCheckout(order))
        } catch .unavailable, .throttled, .unknownOutcome {
            return .unavailable(
                HTTPReply(
                    .badGateway, code: "PAYMENT_PROVIDER_UNAVAILABLE",
                    message: "The payment page can't be opened just now. You have paid nothing. Try again."))
        }
    }
}
