import JSON
import Time

/// An order as PayPal describes it: one purchase unit, as the bundle makes them.
struct PayPalOrder: Sendable {
    struct Problem: Error {
        var issue: String
        var field: String
    }

    /// Money in the currency's smallest unit, of currencies with two decimals.
    struct Money: Hashable, Sendable {
        var amount: Int
        /// Three capitals.
        var currency: String

        var json: JSONValue {
            let fraction = String(amount % 100)
            return [
                "currency_code": .string(currency),
                "value": .string("\(amount / 100).\(fraction.utf8.count == 1 ? "0" : "")\(fraction)"),
            ]
        }
    }

    struct Refund: Sendable {
        let id: String
        let money: Money
    }

    let id: String
    let referenceID: String
    let customID: String
    let money: Money
    let createdAt: Timestamp
    let page: String
    var status = "PAYER_ACTION_REQUIRED"
    /// What the stand-in was told to take in place of ``money``.
    var taken: Money?
    var captureID: String?
    /// The buyer's bank refuses what the buyer agreed to.
    var isDeclined = false
    var refunds: [Refund] = []

    var refunded: Int { refunds.reduce(0) { $0 + $1.money.amount } }

    /// Reads the body of "Create order".
    init(id: String, body: JSONValue, createdAt: Timestamp, endpoint: String) throws(Problem) {
        guard body["intent"]?.string == "CAPTURE" else {
            throw Problem(issue: "INVALID_PARAMETER_VALUE", field: "/intent")
        }
        guard let units = body["purchase_units"]?.array, units.count == 1, let unit = units.first else {
            throw Problem(issue: "INVALID_ARRAY_LENGTH", field: "/purchase_units")
        }
        let place = "/purchase_units/@reference_id=='default'"
        func text(_ value: JSONValue?, _ name: String, charactersMax: Int) throws(Problem) -> String {
            guard let text = value?.string else { return "" }
            guard text.count <= charactersMax else {
                throw Problem(issue: "INVALID_STRING_LENGTH", field: "\(place)/\(name)")
            }
            return text
        }
        referenceID = try text(unit["reference_id"], "reference_id", charactersMax: 256)
        customID = try text(unit["custom_id"], "custom_id", charactersMax: 127)
        _ = try text(unit["description"], "description", charactersMax: 127)
        guard let currency = unit["amount"]?["currency_code"]?.string, currency.utf8.count == 3,
            currency == currency.uppercased()
        else { throw Problem(issue: "INVALID_CURRENCY_CODE", field: "\(place)/amount/currency_code") }
        guard let value = unit["amount"]?["value"]?.string, let amount = Self.amount(value), amount > 0 else {
            throw Problem(issue: "CANNOT_BE_ZERO_OR_NEGATIVE", field: "\(place)/amount/value")
        }
        let context = body["payment_source"]?["paypal"]?["experience_context"]
        guard context?["return_url"]?.string != nil, context?["cancel_url"]?.string != nil else {
            throw Problem(
                issue: "MISSING_REQUIRED_PARAMETER", field: "/payment_source/paypal/experience_context/return_url")
        }
        self.id = id
        money = Money(amount: amount, currency: currency)
        self.createdAt = createdAt
        page = "\(endpoint)/checkoutnow?token=\(id)"
    }

    /// PayPal refuses amounts of currencies with two decimals that have not two.
    private static func amount(_ text: String) -> Int? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].utf8.count == 2, parts[0].utf8.count <= 12,
            (parts[0].utf8 + Array(parts[1].utf8)).allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return Int(parts[0] + parts[1])
    }

    // MARK: As answers and notices show it

    private var unit: JSONObject {
        ["reference_id": .string(referenceID), "custom_id": .string(customID), "amount": money.json]
    }

    func json(api: String) -> JSONValue {
        var links: [JSONValue] = [Self.link("self", "\(api)/v2/checkout/orders/\(id)", "GET")]
        if status == "PAYER_ACTION_REQUIRED" { links.append(Self.link("payer-action", page, "GET")) }
        var unit = unit
        if let capture { unit["payments"] = ["captures": [capture]] }
        return [
            "id": .string(id), "intent": "CAPTURE", "status": .string(status), "purchase_units": [.object(unit)],
            "create_time": .string(createdAt.description), "links": .array(links),
        ]
    }

    /// Once the money was taken.
    var capture: JSONValue? {
        guard let captureID else { return nil }
        let money = taken ?? money
        let status =
            refunds.isEmpty ? "COMPLETED" : refunded >= money.amount ? "REFUNDED" : "PARTIALLY_REFUNDED"
        return [
            "id": .string(captureID), "status": .string(status), "amount": money.json, "final_capture": true,
            "custom_id": .string(customID), "supplementary_data": ["related_ids": ["order_id": .string(id)]],
        ]
    }

    /// What was tried and refused.
    func declinedCapture(id captureID: String) -> JSONValue {
        [
            "id": .string(captureID), "status": "DECLINED", "amount": (taken ?? money).json, "final_capture": true,
            "custom_id": .string(customID), "supplementary_data": ["related_ids": ["order_id": .string(id)]],
        ]
    }

    /// The last refund, with all that went back so far.
    func refund(api: String) -> JSONValue? {
        guard let refund = refunds.last, let captureID else { return nil }
        return [
            "id": .string(refund.id), "status": "COMPLETED", "amount": refund.money.json,
            "custom_id": .string(customID),
            "seller_payable_breakdown": [
                "gross_amount": refund.money.json,
                "total_refunded_amount": Money(amount: refunded, currency: refund.money.currency).json,
            ],
            "links": [
                Self.link("self", "\(api)/v2/payments/refunds/\(refund.id)", "GET"),
                Self.link("up", "\(api)/v2/payments/captures/\(captureID)", "GET"),
            ],
        ]
    }

    private static func link(_ relation: String, _ address: String, _ method: String) -> JSONValue {
        ["href": .string(address), "rel": .string(relation), "method": .string(method)]
    }
}
