package import Domain
package import Events
package import LambdaRuntime
package import Services

package enum CheckoutOpening: Sendable {
    case opened(CheckoutSession)
    /// 502: the same request later goes on where this one stopped.
    case unavailable(HTTPReply)
}

/// Those through which can be paid.
package struct PaymentProviders: Sendable {
    private let stripe: any PaymentProvider
    private let paypal: any PaymentProvider

    package init(stripe: any PaymentProvider, paypal: any PaymentProvider) {
        self.stripe = stripe
        self.paypal = paypal
    }

    package subscript(name: ProviderName) -> any PaymentProvider {
        switch name {
        case .stripe: stripe
        case .paypal: paypal
        }
    }
}

extension PaymentProvider {
    /// Opens a hosted page for what is stored already (R8). A provider that refuses, our key being void, say, is none
    /// that can be paid through: the buyer is told the same as of one that is down, and the operator what it said.
    package func openingCheckout(_ order: CheckoutOrder, _ context: InvocationContext) async -> CheckoutOpening {
        do throws(ServiceError) {
            return .opened(try await openCheckout(order))
        } catch {
            context.logger.error("a payment page is not opened: \(error)")
            return .unavailable(
                HTTPReply(
                    .badGateway, code: "PAYMENT_PROVIDER_UNAVAILABLE",
                    message: "The payment page can't be opened just now. You have paid nothing. Try again."))
        }
    }
}
