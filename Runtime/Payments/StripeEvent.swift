import JSON
package import Time

/// What Stripe tells of.
///
/// - Note: Source: Stripe API Reference, "The Event object", "The Checkout Session object", "The Charge object", "The
///   Refund object", "The Dispute object".
package struct StripeEvent: Hashable, Sendable {
    /// The same whenever the event is sent again.
    package var id: String
    /// `checkout.session.completed` and its like.
    package var type: String
    package var created: Timestamp
    /// nil for events of other objects.
    package var session: StripeSession?
    /// nil for events of other objects.
    package var charge: StripeCharge?
    /// nil for events of other objects.
    package var refund: StripeRefund?
    /// nil for events of other objects.
    package var dispute: StripeDispute?

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
        switch object["object"]?.string {
        case "checkout.session": session = try StripeSession(object)
        case "charge": charge = StripeCharge(object)
        case "refund": refund = StripeRefund(object)
        case "dispute": dispute = StripeDispute(object)
        default: break
        }
    }
}

/// A payment by card, as an event tells of it.
package struct StripeCharge: Hashable, Sendable {
    /// All that went back so far, in the currency's smallest unit.
    package var amountRefunded: Int?
    /// Three small letters.
    package var currency: String?
    /// What the checkout said of its payment.
    package var metadata: [String: String]

    init(_ object: JSONValue) {
        amountRefunded = object["amount_refunded"]?.int
        currency = object["currency"]?.string
        metadata = object.metadata
    }
}

/// What a buyer's bank says against a charge. It has nothing of what the checkout said: the charge does.
package struct StripeDispute: Hashable, Sendable {
    package var chargeID: String?
    /// In the currency's smallest unit.
    package var amount: Int?
    package var currency: String?

    fileprivate init(_ object: JSONValue) {
        chargeID = object["charge"]?.string
        amount = object["amount"]?.int
        currency = object["currency"]?.string
    }
}

/// One refund, as an event tells of it.
package struct StripeRefund: Hashable, Sendable {
    /// In the currency's smallest unit.
    package var amount: Int?
    package var currency: String?
    /// What whoever made the refund said of it.
    package var metadata: [String: String]

    fileprivate init(_ object: JSONValue) {
        amount = object["amount"]?.int
        currency = object["currency"]?.string
        metadata = object.metadata
    }
}

extension JSONValue {
    fileprivate var metadata: [String: String] {
        var metadata: [String: String] = [:]
        for (name, value) in self["metadata"]?.object ?? [:] { metadata[name] = value.string }
        return metadata
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
        metadata = object.metadata
    }
}
