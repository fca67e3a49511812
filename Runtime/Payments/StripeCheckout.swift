package import HTTPTransport
import JSON
package import Machine
package import Services
import Time

/// Stripe's hosted checkout.
///
/// - Note: Source: Stripe API Reference, version 2023-10-16: "Create a Checkout Session", "Idempotent requests",
///   "Errors", "Retrieve a charge".
package struct StripeCheckout: PaymentProvider {
    /// The form of requests and webhooks that this code was written for.
    static let version = "2023-10-16"
    /// The first try included. The reference is the idempotency key, so another try opens no second session.
    static let attemptsMax = 2
    /// Stripe answers a key again with what it answered first, a failure of its own too. Then another key is the way
    /// on, the same one for whoever asks again.
    static let keysMax = 3

    private let apiBase: String
    private let authorization: String
    private let siteURL: String
    private let client: any HTTPClient

    /// - Parameters:
    ///   - apiBase: `https://api.stripe.com`, without a slash at the end.
    ///   - siteURL: where the buyer comes back to, without a slash at the end.
    package init(apiBase: String, secretKey: String, siteURL: String, client: any HTTPClient) {
        self.apiBase = apiBase
        authorization = "Bearer " + secretKey
        self.siteURL = siteURL
        self.client = client
    }

    /// Reads `STRIPE_API_BASE`, `STRIPE_SECRET_KEY` and `SITE_URL`.
    package static func fromEnvironment() throws(EnvironmentError) -> StripeCheckout {
        StripeCheckout(
            apiBase: try Environment.requiredText("STRIPE_API_BASE"),
            secretKey: try Environment.requiredText("STRIPE_SECRET_KEY"),
            siteURL: try Environment.requiredText("SITE_URL"),
            // Two tries leave the function time to answer.
            client: CurlClient(limits: .init(connect: .seconds(1), total: .seconds(4), responseBytesMax: 1_000_000)))
    }

    package func openCheckout(_ order: CheckoutOrder) async throws(ServiceError) -> CheckoutSession {
        let body = form(order).bytes
        var (attempt, key) = (1, 1)
        while true {
            let request = HTTPRequest(
                .post, apiBase + "/v1/checkout/sessions",
                headers: [
                    ("Authorization", authorization), ("Content-Type", "application/x-www-form-urlencoded"),
                    ("Idempotency-Key", key == 1 ? order.reference : "\(order.reference)-\(key)"),
                    ("Stripe-Version", Self.version),
                ], body: body)
            switch outcome(of: request) {
            case .opened(let session): return session
            case .failedBefore where key < Self.keysMax: key += 1
            case .failed(.unavailable) where attempt < Self.attemptsMax: attempt += 1
            case .failed(let error), .failedBefore(let error): throw error
            }
        }
    }

    private enum Outcome {
        case opened(CheckoutSession)
        case failed(ServiceError)
        /// What the key was answered once, and will be as long as Stripe knows it.
        case failedBefore(ServiceError)
    }

    /// A charge as it is now, or nil if there is none.
    ///
    /// - Throws: `.unavailable` if Stripe can't be reached or fails: its notice comes again.
    package func charge(_ id: String) throws(ServiceError) -> StripeCharge? {
        guard id.isStripeID else { return nil }
        let request = HTTPRequest(
            .get, apiBase + "/v1/charges/" + id,
            headers: [("Authorization", authorization), ("Stripe-Version", Self.version)])
        let response: HTTPResponse
        do throws(HTTPError) { response = try client.send(request) } catch { throw .unavailable("Stripe: \(error)") }
        let body = (try? parseJSON(response.body)) ?? .null
        switch response.status {
        case 200: return StripeCharge(body)
        case 404: return nil
        default: throw Self.error(response.status, body)
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

    private func outcome(of request: HTTPRequest) -> Outcome {
        let response: HTTPResponse
        do throws(HTTPError) { response = try client.send(request) } catch {
            return .failed(.unavailable("Stripe: \(error)"))
        }
        let body = (try? parseJSON(response.body)) ?? .null
        guard response.status == 200 else {
            let error = Self.error(response.status, body)
            let isReplayed = response.status >= 500 && response.header("Idempotent-Replayed") == "true"
            return isReplayed ? .failedBefore(error) : .failed(error)
        }
        guard let id = body["id"]?.string, let url = body["url"]?.string else {
            return .failed(.unavailable("Stripe: a session without an id or a page"))
        }
        return .opened(CheckoutSession(id: id, url: url))
    }

    /// A conflict is the same request still at work, 429 its own ceiling: both pass. Stripe's messages hide keys.
    private static func error(_ status: Int, _ body: JSONValue) -> ServiceError {
        let error = body["error"]
        let parts = [error?["type"], error?["code"], error?["param"], error?["message"]].compactMap { $0?.string }
        let text = "Stripe: " + (["status \(status)"] + parts).joined(separator: ": ")
        return status == 409 || status == 429 || status >= 500 ? .unavailable(text) : .rejected(text)
    }
}

extension String {
    /// What can stand in an address as it is.
    fileprivate var isStripeID: Bool {
        (1...255).contains(utf8.count)
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
