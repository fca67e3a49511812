import JSON
package import Services

/// What PayPal tells of.
///
/// - Note: Source: PayPal REST API Reference, "Webhook event names"; "Orders v2", "Payments v2".
package struct PayPalEvent: Hashable, Sendable {
    /// The same whenever the event is sent again; 1...127 characters.
    package var id: String
    /// `PAYMENT.CAPTURE.COMPLETED` and its like.
    package var type: String
    /// What was said of the order when it was made: nil for what the bundle did not make.
    package var purpose: CheckoutPurpose?
    package var reference: String?
    /// In the currency's smallest unit; nil if the event tells of none.
    package var amount: Int?
    /// Three small letters.
    package var currency: String?
    /// All that went back so far of what a refund is of; nil for events of other things.
    package var amountRefunded: Int?
    /// PayPal's id of an order, with which its money is taken; nil for events of other things.
    package var orderID: String?

    init(_ json: JSONValue) throws(PayPalWebhookError) {
        guard let id = json["id"]?.string, (1...127).contains(id.utf8.count), let type = json["event_type"]?.string,
            let resource = json["resource"], resource.object != nil
        else { throw .bodyMalformed("no event") }
        self.id = id
        self.type = type
        // An order has its units, of which ours have one; captures and refunds are of one unit.
        let unit = resource["purchase_units"]?[0] ?? resource
        let custom = unit["custom_id"]?.string.flatMap(PayPalReference.init)
        purpose = custom?.purpose
        reference = custom?.reference
        if let money = PayPalAmount.parse(unit["amount"]) {
            amount = money.cents
            currency = money.currency
        }
        amountRefunded = PayPalAmount.parse(resource["seller_payable_breakdown"]?["total_refunded_amount"])?.cents
        guard resource["purchase_units"] != nil else { return }
        orderID = resource["id"]?.string
        guard type != Self.orderApproved || orderID?.isOrderID == true else { throw .bodyMalformed("no order") }
    }

    package static let orderApproved = "CHECKOUT.ORDER.APPROVED"
}

extension String {
    /// What can stand in an address as it is: PayPal's ids are 1...36 capitals and digits.
    fileprivate var isOrderID: Bool {
        (1...36).contains(utf8.count)
            && utf8.allSatisfy {
                (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            }
    }
}
