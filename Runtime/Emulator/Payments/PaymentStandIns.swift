import NIOHTTP1
import Template
import Time

/// The payment providers' stand-ins: the real services charge.
package struct PaymentStandIns: Sendable {
    package let stripe: StripeStandIn
    package let paypal: PayPalStandIn
    package let log = CheckoutLog()
    let outages = ProviderOutages()
    private let secrets: [String: String]

    init(stack: Stack, clock: EmulatorClock, endpoint: String) {
        secrets = Self.secrets(of: stack)
        stripe = StripeStandIn(
            clock: clock, webhookSecrets: Self.byAddress(secrets, "Stripe", "WebhookSecret"), endpoint: endpoint,
            log: log)
        paypal = PayPalStandIn(
            clock: clock, clientID: secrets["PayPalClientId"] ?? "", secret: secrets["PayPalSecret"] ?? "",
            webhookIDs: Self.byAddress(secrets, "PayPal", "WebhookId"), endpoint: endpoint, log: log)
    }

    /// Whether these can go on under a changed template.
    func serve(_ stack: Stack) -> Bool { secrets == Self.secrets(of: stack) }

    /// What the template's parameters agree with the providers.
    private static func secrets(of stack: Stack) -> [String: String] {
        stack.parameters.filter { $0.key.hasPrefix("Stripe") || $0.key.hasPrefix("PayPal") }
    }

    /// What belongs to each address of a provider's webhooks: `/webhooks/paypal/credits` has the id that the parameter
    /// `PayPalCreditsWebhookId` says, `/webhooks/stripe/credits` the secret that `StripeCreditsWebhookSecret` says.
    private static func byAddress(
        _ parameters: [String: String], _ prefix: String, _ suffix: String
    ) -> [String: String] {
        var values: [String: String] = [:]
        for (name, value) in parameters where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
            values[name.dropFirst(prefix.count).dropLast(suffix.count).lowercased()] = value
        }
        return values
    }

    package enum Provider: String, Sendable {
        case stripe, paypal
    }

    /// The webhook request that a buyer's leaving the hosted page brings.
    ///
    /// - Throws: `EmulatorError` if the provider has no checkout for `reference`.
    func finish(
        _ reference: String, at provider: Provider, as outcome: CheckoutOutcome
    ) throws(EmulatorError) -> any PaymentWebhook {
        switch provider {
        case .stripe: try stripe.finish(reference: reference, as: outcome)
        case .paypal: try paypal.finish(reference: reference, as: outcome)
        }
    }

    /// The webhook request that giving back money brings.
    ///
    /// - Throws: `EmulatorError` if so much was not paid.
    func refund(
        _ amount: Int?, of reference: String, at provider: Provider
    ) throws(EmulatorError) -> any PaymentWebhook {
        switch provider {
        case .stripe: try stripe.refund(reference: reference, amount: amount)
        case .paypal: try paypal.refund(reference: reference, amount: amount)
        }
    }

    private static let down = HTTPResponse(.serviceUnavailable, json: Array("{}".utf8))

    /// nil for a path that is not a provider's.
    func handle(_ request: HTTPRequest) -> HTTPResponse? {
        if request.path.hasPrefix(StripeStandIn.pathPrefix) {
            return outages.include(.stripe) ? Self.down : stripe.handle(request)
        }
        if request.path.hasPrefix(PayPalStandIn.pathPrefix) {
            return outages.include(.paypal) ? Self.down : paypal.handle(request)
        }
        return nil
    }
}

/// How the buyer leaves the hosted page.
package enum CheckoutOutcome: Sendable {
    /// - Parameter amount: pretends that another amount was paid, in cents.
    case paid(amount: Int? = nil, currency: String? = nil)
    /// The buyer agreed, and the bank refuses when the money is to be taken.
    case declined
    case expired
}
