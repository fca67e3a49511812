import Digest
import Emulator
import JSON
import NIOCore
import NIOHTTP1
import Testing
import Time

struct StripeStandInTests {
    static let form =
        "mode=payment&client_reference_id=p1&success_url=http%3A%2F%2Flocalhost%2Fdone"
        + "&line_items%5B0%5D%5Bprice_data%5D%5Bcurrency%5D=eur&line_items%5B0%5D%5Bprice_data%5D%5Bunit_amount%5D=450"
        + "&line_items%5B0%5D%5Bprice_data%5D%5Bproduct_data%5D%5Bname%5D=10+credits&line_items%5B0%5D%5Bquantity%5D=2"
        + "&metadata%5Bpurpose%5D=credits"

    let clock = EmulatorClock(standingAt: Timestamp(seconds: 1_677_175_200))
    let stripe: StripeStandIn
    init() {
        stripe = StripeStandIn(
            clock: clock, webhookSecrets: ["credits": "whsec_credits", "orders": "whsec_orders"],
            endpoint: "http://127.0.0.1:4566")
    }

    func create(_ form: String = form, key: String? = nil, authorization: String? = "Bearer sk_test_local") -> (
        UInt, JSONValue
    ) {
        var headers = HTTPHeaders()
        if let authorization { headers.add(name: "Authorization", value: authorization) }
        if let key { headers.add(name: "Idempotency-Key", value: key) }
        let request = HTTPRequest(
            method: .POST, path: "/stripe/v1/checkout/sessions", query: "", headers: headers,
            body: ByteBuffer(string: form),
            isBodyCut: false)
        let response = stripe.handle(request)
        return (response.status.code, (try? parseJSON(Array(response.body.readableBytesView))) ?? .null)
    }

    @Test func `opens a checkout that says what Stripe says`() {
        let (status, session) = create()
        #expect(status == 200)
        #expect(session["amount_total"]?.int == 900)
        #expect(session["currency"]?.string == "eur")
        #expect(session["client_reference_id"]?.string == "p1")
        #expect(session["metadata"] == ["purpose": "credits"])
        #expect(session["payment_status"]?.string == "unpaid")
        #expect(session["url"]?.string?.hasPrefix("http://127.0.0.1:4566/") == true)
    }

    @Test func `the same key gives the same session, another request under it an error`() {
        let (_, first) = create(key: "k")
        let (_, again) = create(key: "k")
        #expect(first == again)
        let (status, error) = create(Self.form + "&extra=1", key: "k")
        #expect(status == 400)
        #expect(error["error"]?["type"]?.string == "idempotency_error")
    }

    @Test(arguments: [
        ("mode=payment", "mode=subscription", "mode"),
        ("unit_amount%5D=450", "unit_amount%5D=-1", "line_items[0][price_data][unit_amount]"),
        ("quantity%5D=2", "quantity%5D=", "line_items[0][quantity]"),
        ("success_url", "other_url", "success_url"),
    ])
    func `names the parameter that is wrong`(row: (String, String, String)) {
        let (status, error) = create(Self.form.replacing(row.0, with: row.1))
        #expect(status == 400)
        #expect(error["error"]?["param"]?.string == row.2)
    }

    @Test func `wants a key`() {
        #expect(create(authorization: nil).0 == 401)
        #expect(create(authorization: "Bearer pk_public").0 == 401)
    }

    @Test func `signs the webhook over its own bytes, for each address by the secret it has`() throws {
        _ = create()
        let webhook = try stripe.finish(reference: "p1", as: .paid())
        let event = try parseJSON(webhook.body)
        #expect(event["type"]?.string == "checkout.session.completed")
        #expect(event["data"]?["object"]?["payment_status"]?.string == "paid")
        var signatures: Set<String> = []
        for (address, secret) in [("credits", "whsec_credits"), ("orders", "whsec_orders")] {
            let headers = webhook.headers(to: "/webhooks/stripe/" + address)
            let signature = try #require(headers.first { $0.name == "stripe-signature" }?.value)
            let code = HMACSHA256.authenticate(
                key: Array(secret.utf8), message: Array("1677175200.".utf8) + webhook.body)
            #expect(signature == "t=1677175200,v1=" + hexadecimal(code))
            signatures.insert(signature)
        }
        #expect(signatures.count == 2)
        #expect(throws: EmulatorError.self) { try stripe.finish(reference: "nobody", as: .paid()) }
    }

    @Test func `a dispute names a charge, and the charge what was paid for`() throws {
        #expect(throws: EmulatorError.self) { try stripe.dispute(reference: "p1", amount: nil, isWon: false) }
        _ = create(Self.form + "&payment_intent_data%5Bmetadata%5D%5Breference%5D=p1")
        #expect(throws: EmulatorError.self) { try stripe.dispute(reference: "p1", amount: 1, isWon: false) }
        _ = try stripe.finish(reference: "p1", as: .paid())
        #expect(throws: EmulatorError.self) { try stripe.dispute(reference: "p1", amount: 901, isWon: false) }
        #expect(throws: EmulatorError.self) { try stripe.dispute(reference: "p1", amount: nil, isWon: true) }
        for (isWon, type) in [(false, "charge.dispute.funds_withdrawn"), (true, "charge.dispute.funds_reinstated")] {
            let event = try parseJSON(try stripe.dispute(reference: "p1", amount: 600, isWon: isWon).body)
            #expect(event["type"]?.string == type)
            let dispute = event["data"]?["object"]
            #expect(dispute?["amount"]?.int == 600)
            #expect(dispute?["metadata"] == [:])
            let charge = get("v1/charges/" + (dispute?["charge"]?.string ?? ""))
            #expect(charge.1["metadata"] == ["reference": "p1"])
        }
        #expect(get("v1/charges/ch_other").0 == 404)
    }

    func get(_ path: String) -> (UInt, JSONValue) {
        let request = HTTPRequest(
            method: .GET, path: "/stripe/" + path, query: "", headers: ["Authorization": "Bearer sk_test_local"],
            body: ByteBuffer(), isBodyCut: false)
        let response = stripe.handle(request)
        return (response.status.code, (try? parseJSON(Array(response.body.readableBytesView))) ?? .null)
    }

    @Test func `gives back what was paid and no more, and tells the total`() throws {
        #expect(throws: EmulatorError.self) { try stripe.refund(reference: "p1", amount: nil) }
        _ = create(Self.form + "&payment_intent_data%5Bmetadata%5D%5Breference%5D=p1")
        #expect(throws: EmulatorError.self) { try stripe.refund(reference: "p1", amount: 1) }
        _ = try stripe.finish(reference: "p1", as: .paid())
        for (amount, total) in [(300, 300), (nil, 900)] as [(Int?, Int)] {
            let event = try parseJSON(try stripe.refund(reference: "p1", amount: amount).body)
            #expect(event["type"]?.string == "charge.refunded")
            let charge = event["data"]?["object"]
            #expect(charge?["amount_refunded"]?.int == total)
            #expect(charge?["refunded"]?.bool == (total == 900))
            #expect(charge?["metadata"] == ["reference": "p1"])
        }
        #expect(throws: EmulatorError.self) { try stripe.refund(reference: "p1", amount: 1) }
    }
}
