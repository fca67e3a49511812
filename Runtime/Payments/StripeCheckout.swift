package import HTTPTransport
import JSON
package import Machine
package import Services
import Time

/// Stripe's hosted checkout.
///
/// - Note: Source: Stripe API Reference, version 2023-10-16: "Create a Checkout Session", "Idempotent requests",
///   "Errors".
package struct StripeCheckout: PaymentProvider {
    /// The form of requests and webhooks that this code was written for.
    static let version = "2023-10-16"
    /// The first try included. The reference is the idempotency key, so another try opens no second session.
    static let attemptsMax = 2

    private let url: String
    private let authorization: String
    private let siteURL: String
    private let client: any HTTPClient

    /// - Parameters:
    ///   - apiBase: `https://api.stripe.com`, without a slash at the end.
    ///   - siteURL: where the buyer comes back to, without a slash at the end.
    package init(apiBase: String, secretKey: String, siteURL: String, client: any HTTPClient) {
        url = apiBase + "/v1/checkout/sessions"
        authorization = "Bearer " + secretKey
        self.siteURL = siteURL
        self.client = client
    }

    /// Reads `STRIPE_SECRET_KEY`, `SITE_URL` and, where it is not Stripe itself, `STRIPE_API_BASE`.
    package static func fromEnvironment() throws(EnvironmentError) -> StripeCheckout {
        StripeCheckout(
            apiBase: Environment.text("STRIPE_API_BASE") ?? "https://api.stripe.com",
            secretKey: try Environment.requiredText("STRIPE_SECRET_KEY"),
            siteURL: try Environment.requiredText("SITE_URL"),
            // Two tries leave the function time to answer.
            client: CurlClient(limits: .init(connect: .seconds(1), total: .seconds(4), responseBytesMax: 1_000_000)))
    }

    package func openCheckout(_ order: CheckoutOrder) async throws(ServiceError) -> CheckoutSession {
        let request = HTTPRequest(
            .post, url,
            headers: [
                ("Authorization", authorization), ("Content-Type", "application/x-www-form-urlencoded"),
                ("Idempotency-Key", order.reference), ("Stripe-Version", Self.version),
            ], body: form(order).bytes)
        var attempt = 1
        while true {
            switch outcome(of: request) {
            case .success(let session): return session
            case .failure(.unavailable) where attempt < Self.attemptsMax: attempt += 1
            case .failure(let error): throw error
            }
        }
    }

    private func form(_ order: CheckoutOrder) -> FormBody {
        var form = FormBody()
        form.add("mode", "payment")
        form.add("client_reference_id", order.reference)
        form.add("line_items[0][price_data][currency]", order.currency)
        form.add("line_items[0][price_data][unit_amount]", String(order.amount))
        form.add("line_items[0][price_data][product_data][name]", order.title)
        form.add("line_items[0][quantity]", "1")
        form.add("metadata[purpose]", order.purpose.rawValue)
        // The payment outlives the session: refunds and disputes name only it.
        form.add("payment_intent_data[metadata][purpose]", order.purpose.rawValue)
        form.add("payment_intent_data[metadata][reference]", order.reference)
        form.add("success_url", "\(siteURL)/payments/success?reference=\(order.reference)")
        form.add("cancel_url", "\(siteURL)/payments/cancelled?reference=\(order.reference)")
        form.add("expires_at", String(order.expiresAt.secondsRoundedDown))
        return form
    }

    private func outcome(of request: HTTPRequest) -> Result<CheckoutSession, ServiceError> {
        let response: HTTPResponse
        do throws(HTTPError) { response = try client.send(request) } catch {
            return .failure(.unavailable("Stripe: \(error)"))
        }
        let body = (try? parseJSON(response.body)) ?? .null
        guard response.status == 200 else { return .failure(Self.error(response.status, body)) }
        guard let id = body["id"]?.string, let url = body["url"]?.string else {
            return .failure(.unavailable("Stripe: a session without an id or a page"))
        }
        return .success(CheckoutSession(id: id, url: url))
    }

    /// A conflict is the same request still at work, 429 its own ceiling: both pass. Stripe's messages hide keys.
    private static func error(_ status: Int, _ body: JSONValue) -> ServiceError {
        let error = body["error"]
        let parts = [error?["type"], error?["code"], error?["param"], error?["message"]].compactMap { $0?.string }
        let text = "Stripe: " + (["status \(status)"] + parts).joined(separator: ": ")
        return status == 409 || status == 429 || status >= 500 ? .unavailable(text) : .rejected(text)
    }
}
