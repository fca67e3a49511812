package import JSON
import Time

/// A Checkout Session as Stripe describes it.
package struct StripeSession: Sendable {
    package struct Problem: Error {
        var message: String
        var parameter: String
    }

    package let id: String
    package let reference: String
    /// In the currency's smallest unit.
    package var amount: Int
    package var currency: String
    let metadata: [(String, String)]
    /// What is said of the payment, which outlives the session.
    let paymentMetadata: [(String, String)]
    let createdAt: Timestamp
    let expiresAt: Timestamp
    let url: String
    var status = "open"
    var paymentStatus = "unpaid"
    /// Given back so far, in the currency's smallest unit.
    var amountRefunded = 0
    /// Taken back by the buyer's bank.
    var amountDisputed = 0

    /// Reads the form of "Create a Checkout Session" in mode `payment`.
    init(id: String, form: [String: String], createdAt: Timestamp, endpoint: String) throws(Problem) {
        func required(_ name: String) throws(Problem) -> String {
            guard let value = form[name], !value.isEmpty else {
                throw Problem(message: "Missing required param: \(name).", parameter: name)
            }
            return value
        }
        guard try required("mode") == "payment" else {
            throw Problem(message: "The stand-in knows mode 'payment' alone.", parameter: "mode")
        }
        _ = try required("success_url")
        var total = 0
        var line = 0
        while let text = form["line_items[\(line)][price_data][unit_amount]"] {
            let name = "line_items[\(line)]"
            guard let amount = Int(text), amount > 0 else {
                throw Problem(message: "Invalid integer: \(text)", parameter: "\(name)[price_data][unit_amount]")
            }
            guard let quantity = Int(try required("\(name)[quantity]")), quantity > 0 else {
                throw Problem(message: "Invalid integer", parameter: "\(name)[quantity]")
            }
            _ = try required("\(name)[price_data][product_data][name]")
            total += amount * quantity
            line += 1
        }
        guard line > 0 else { throw Problem(message: "Missing required param: line_items.", parameter: "line_items") }
        self.id = id
        amount = total
        currency = try required("line_items[0][price_data][currency]").lowercased()
        reference = form["client_reference_id"] ?? ""
        metadata = Self.members("metadata[", of: form)
        paymentMetadata = Self.members("payment_intent_data[metadata][", of: form)
        self.createdAt = createdAt
        if let text = form["expires_at"] {
            guard let seconds = Int64(text) else {
                throw Problem(message: "Invalid integer: \(text)", parameter: "expires_at")
            }
            expiresAt = Timestamp(seconds: seconds)
            // Stripe's bounds: half an hour to a day after creation.
            guard (.seconds(1_800) - .seconds(1)...(.seconds(86_400))).contains(expiresAt - createdAt) else {
                throw Problem(
                    message:
                        "The `expires_at` timestamp must be at least 30 minutes and less than 24 hours from Checkout "
                        + "Session creation.", parameter: "expires_at")
            }
        } else {
            expiresAt = createdAt + .seconds(86_400)
        }
        url = "\(endpoint)/checkout/\(id)"
    }

    private static func members(_ prefix: String, of form: [String: String]) -> [(String, String)] {
        form.compactMap { key, value in
            guard key.hasPrefix(prefix), key.hasSuffix("]") else { return nil }
            return (String(key.dropFirst(prefix.count).dropLast()), value)
        }.sorted { $0.0 < $1.0 }
    }

    private var paymentIntent: JSONValue { paymentStatus == "paid" ? .string("pi_" + id.dropFirst(3)) : .null }

    /// The charge of a session that was paid.
    var charge: JSONValue {
        [
            "id": .string(chargeID), "object": "charge", "amount": .number(JSONNumber(amount)),
            "amount_captured": .number(JSONNumber(amount)), "amount_refunded": .number(JSONNumber(amountRefunded)),
            "currency": .string(currency), "disputed": .bool(amountDisputed > 0), "livemode": false,
            "metadata": .object(JSONObject(paymentMetadata.map { ($0.0, JSONValue.string($0.1)) })), "paid": true,
            "payment_intent": paymentIntent, "refunded": .bool(amountRefunded >= amount), "status": "succeeded",
        ]
    }

    /// What the buyer's bank says against the charge.
    func dispute(isWon: Bool, at now: Timestamp) -> JSONValue {
        [
            "id": .string("dp_" + id.dropFirst(3)), "object": "dispute", "amount": .number(JSONNumber(amountDisputed)),
            "charge": .string(chargeID), "created": .number(JSONNumber(Int(now.secondsRoundedDown))),
            "currency": .string(currency), "is_charge_refundable": false, "livemode": false, "metadata": [:],
            "payment_intent": paymentIntent, "reason": "fraudulent",
            "status": .string(isWon ? "won" : "needs_response"),
        ]
    }

    var chargeID: String { "ch_" + id.dropFirst(3) }

    package var json: JSONValue {
        [
            "id": .string(id), "object": "checkout.session",
            "amount_subtotal": .number(JSONNumber(amount)), "amount_total": .number(JSONNumber(amount)),
            "client_reference_id": reference.isEmpty ? .null : .string(reference),
            "created": .number(JSONNumber(Int(createdAt.secondsRoundedDown))), "currency": .string(currency),
            "expires_at": .number(JSONNumber(Int(expiresAt.secondsRoundedDown))), "livemode": false,
            "metadata": .object(JSONObject(metadata.map { ($0.0, JSONValue.string($0.1)) })),
            "mode": "payment", "payment_status": .string(paymentStatus), "status": .string(status),
            "payment_intent": paymentIntent,
            "url": status == "open" ? .string(url) : .null,
        ]
    }
}
