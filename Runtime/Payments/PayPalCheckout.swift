package import HTTPTransport
import JSON
package import Machine
package import Services
package import Time

/// PayPal's approval page. PayPal takes the money when it is told to, after the buyer agreed there.
///
/// - Note: Source: PayPal REST API Reference, "Orders v2": Create order, Capture payment for order; "Webhooks
///   management": Verify webhook signature; "Idempotency".
package struct PayPalCheckout: PaymentProvider {
    /// The first try of opening a page included. The reference is the request's id, so another try opens no second one.
    static let attemptsMax = 2
    /// PayPal's own bound of a description.
    static let descriptionCharactersMax = 127

    private let access: PayPalAccess
    private let siteURL: String

    /// - Parameters:
    ///   - apiBase: `https://api-m.paypal.com`, without a slash at the end.
    ///   - siteURL: where the buyer comes back to, without a slash at the end.
    ///   - now: by which tokens end.
    package init(
        apiBase: String, clientID: String, secret: String, siteURL: String, client: any HTTPClient,
        now: @escaping @Sendable () -> Timestamp
    ) {
        access = PayPalAccess(apiBase: apiBase, clientID: clientID, secret: secret, client: client, now: now)
        self.siteURL = siteURL
    }

    /// Reads `PAYPAL_API_BASE`, `PAYPAL_CLIENT_ID`, `PAYPAL_SECRET` and `SITE_URL`.
    package static func fromEnvironment() throws(EnvironmentError) -> PayPalCheckout {
        PayPalCheckout(
            apiBase: try Environment.requiredText("PAYPAL_API_BASE"),
            clientID: try Environment.requiredText("PAYPAL_CLIENT_ID"),
            secret: try Environment.requiredText("PAYPAL_SECRET"),
            siteURL: try Environment.requiredText("SITE_URL"),
            // A token and two tries leave the function time to answer.
            client: CurlClient(limits: .init(connect: .seconds(1), total: .seconds(3), responseBytesMax: 1_000_000)),
            now: WallClock.now)
    }

    // MARK: The page

    package func openCheckout(_ order: CheckoutOrder) async throws(ServiceError) -> CheckoutSession {
        let body = try body(of: order).compactBytes
        var attempt = 1
        while true {
            do throws(ServiceError) {
                let answer = try access.post("/v2/checkout/orders", body, requestID: order.reference)
                // 200 for one that was opened before.
                guard answer.status == 200 || answer.status == 201 else { throw PayPalAccess.error("no order", answer) }
                let page = answer.body["links"]?.array?.first {
                    ["payer-action", "approve"].contains($0["rel"]?.string)
                }
                guard let id = answer.body["id"]?.string, let url = page?["href"]?.string else {
                    throw .unavailable("PayPal: an order without an id or a page")
                }
                return CheckoutSession(id: id, url: url)
            } catch .unavailable where attempt < Self.attemptsMax {
                attempt += 1
            }
        }
    }

    private func body(of order: CheckoutOrder) throws(ServiceError) -> JSONValue {
        guard let amount = PayPalAmount.json(cents: order.amount, currency: order.currency) else {
            throw .rejected("PayPal: no amounts in \(order.currency)")
        }
        return [
            "intent": "CAPTURE",
            "purchase_units": [
                [
                    "reference_id": .string(order.reference),
                    // Comes back with every notice of the order, its capture and its refunds.
                    "custom_id": .string(PayPalReference(purpose: order.purpose, reference: order.reference).text),
                    "description": .string(String(order.title.prefix(Self.descriptionCharactersMax))), "amount": amount,
                ]
            ],
            "payment_source": [
                "paypal": [
                    "experience_context": [
                        // Money that may come later or never is no reason to hand anything over.
                        "payment_method_preference": "IMMEDIATE_PAYMENT_REQUIRED", "user_action": "PAY_NOW",
                        "shipping_preference": "NO_SHIPPING",
                        "return_url": .string("\(siteURL)/payments/success?reference=\(order.reference)"),
                        "cancel_url": .string("\(siteURL)/payments/cancelled?reference=\(order.reference)"),
                    ]
                ]
            ],
        ]
    }

    // MARK: The money

    package enum Capture: Hashable, Sendable {
        /// PayPal took the money, now or before; a notice of its own says so.
        case captured
        /// The buyer's bank refused; the buyer may choose another on the same page.
        case declined
    }

    /// Takes the money of an order that the buyer agreed to.
    ///
    /// - Parameters:
    ///   - orderID: PayPal's.
    ///   - requestID: of the approval: the same one come again takes the money once.
    package func capture(orderID: String, requestID: String) async throws(ServiceError) -> Capture {
        let answer = try access.post(
            "/v2/checkout/orders/\(orderID)/capture", Array("{}".utf8), requestID: requestID)
        switch (answer.status, answer.body["details"]?[0]?["issue"]?.string) {
        case (200, _), (201, _), (422, "ORDER_ALREADY_CAPTURED"):
            let capture = answer.body["purchase_units"]?[0]?["payments"]?["captures"]?[0]
            return capture?["status"]?.string == "DECLINED" ? .declined : .captured
        case (422, "INSTRUMENT_DECLINED"), (422, "PAYER_CANNOT_PAY"), (422, "TRANSACTION_REFUSED"),
            (422, "ORDER_NOT_APPROVED"):
            return .declined
        default: throw PayPalAccess.error("no capture", answer)
        }
    }

    // MARK: Notices

    /// Whether PayPal says that it sent this notice.
    ///
    /// - Parameters:
    ///   - body: the bytes as they came: the signature is over them, so PayPal is sent the same ones. They must be one
    ///     JSON value.
    ///   - webhookID: which of ours it was sent to.
    func isSent(
        _ body: [UInt8], by transmission: PayPalTransmission, to webhookID: String
    ) throws(ServiceError) -> Bool {
        let members: JSONValue = [
            "auth_algo": .string(PayPalTransmission.algorithm), "cert_url": .string(transmission.certificateURL),
            "transmission_id": .string(transmission.id), "transmission_sig": .string(transmission.signature),
            "transmission_time": .string(transmission.time), "webhook_id": .string(webhookID),
        ]
        let request = members.compactBytes.dropLast() + Array(#","webhook_event":"#.utf8) + body + [UInt8(ascii: "}")]
        let answer = try access.post("/v1/notifications/verify-webhook-signature", Array(request))
        switch (answer.status, answer.body["verification_status"]?.string) {
        case (200, "SUCCESS"): return true
        // What PayPal can't make sense of it did not send.
        case (200, "FAILURE"), (400, _), (422, _): return false
        default: throw PayPalAccess.error("no verification", answer)
        }
    }
}

/// What the bundle writes into PayPal's `custom_id`, which has room for 127 characters.
struct PayPalReference: Hashable {
    var purpose: CheckoutPurpose
    var reference: String

    var text: String { "\(purpose.rawValue):\(reference)" }

    init(purpose: CheckoutPurpose, reference: String) {
        self.purpose = purpose
        self.reference = reference
    }

    init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let purpose = CheckoutPurpose(rawValue: String(parts[0])) else { return nil }
        self.init(purpose: purpose, reference: String(parts[1]))
    }
}
