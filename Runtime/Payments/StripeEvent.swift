import JSON
package import Time

/// What Stripe tells of.
///
/// - Note: Source: Stripe API Reference, "The Event object", "The Checkout Session object".
package struct StripeEvent: Hashable, Sendable {
    /// The same whenever the event is sent again.
    package var id: String
    /// `checkout.session.completed` and its like.
    package var type: String
    package var created: Timestamp
    /// nil for events of other objects.
    package var session: StripeSession?

    /// The end of the year 9999.
    private static let createdSecondsMax = 253_402_300_799

    init(body: [UInt8]) throws(StripeWebhookError) {
        let json: JSONValue
        do throws(JSONSyntaxError) { json = try parseJSON(body) } catch { throw .bodyMalformed("no JSON") }
        guard json["object"]?.string == "event", let id = json["id"]?.string, let type = json["type"]?.string,
            let created = json["created"]?.int, (0...Self.createdSecondsMax).contains(created),
            let object = json["data"]?["object"]
        else { throw .bodyMalformed("no event") }
        self.id = id
        self.type = type
        self.created = Timestamp(seconds: Int64(created))
        session = object["object"]?.string == "checkout.session" ? try StripeSession(object) : nil
    }
}

/// A hosted page, as an event tells of it.
package struct StripeSession: Hashable, Sendable {
    package enum PaymentStatus: String, Sendable {
        case paid
        case unpaid
        case noPaymentRequired = "no_payment_required"
    }

    package var id: String
    package var clientReferenceID: String?
    /// In the currency's smallest unit.
    package var amountTotal: Int?
    /// Three small letters.
    package var currency: String?
    package var paymentStatus: PaymentStatus
    package var metadata: [String: String]

    fileprivate init(_ object: JSONValue) throws(StripeWebhookError) {
        guard let id = object["id"]?.string,
            let paymentStatus = (object["payment_status"]?.string).flatMap(PaymentStatus.init(rawValue:))
        else { throw .bodyMalformed("no checkout session") }
        self.id = id
        self.paymentStatus = paymentStatus
        clientReferenceID = object["client_reference_id"]?.string
        amountTotal = object["amount_total"]?.int
        currency = object["currency"]?.string
        metadata = [:]
        for (name, value) in object["metadata"]?.object ?? [:] { metadata[name] = value.string }
    }
}
