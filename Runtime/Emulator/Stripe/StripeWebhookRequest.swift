import Crypto
package import Time

/// A webhook request as Stripe sends it, its signature over exactly these bytes.
///
/// - Note: Source: Stripe Docs, "Resolve webhook signature verification errors", "Verify manually".
package struct StripeWebhookRequest: PaymentWebhook {
    package let body: [UInt8]
    private let secrets: [String: String]
    private let sentAt: Timestamp

    package var routePrefix: String { "/webhooks/stripe/" }

    /// - Parameter secrets: by what follows ``routePrefix``: every address has one of its own.
    init(body: [UInt8], secrets: [String: String], sentAt: Timestamp) {
        self.body = body
        self.secrets = secrets
        self.sentAt = sentAt
    }

    package func resent(at now: Timestamp) -> StripeWebhookRequest {
        StripeWebhookRequest(body: body, secrets: secrets, sentAt: now)
    }

    package func headers(to path: String) -> [(name: String, value: String)] {
        let secret = secrets[String(path.dropFirst(routePrefix.count))] ?? ""
        let time = String(sentAt.secondsRoundedDown)
        let key = SymmetricKey(data: Array(secret.utf8))
        let code = HMAC<SHA256>.authenticationCode(for: Array("\(time).".utf8) + body, using: key)
        return [
            ("content-type", "application/json; charset=utf-8"),
            ("stripe-signature", "t=\(time),v1=\(code.hexadecimalText)"),
            ("user-agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)"),
        ]
    }
}
