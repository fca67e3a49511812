import HTTPTransport
import JSON
import Payments
import Services
import Testing

struct PayPalWebhookTests {
    typealias FakeClient = StripeCheckoutTests.FakeClient

    static let headers = [
        "paypal-auth-algo": "SHA256withRSA",
        "paypal-cert-url": "https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594",
        "paypal-transmission-id": "69cd13f0-d67a-11e5-baa3-778b53f4ae55",
        "paypal-transmission-sig": "c2lnbmF0dXJl", "paypal-transmission-time": "2023-02-23T17:55:00Z",
    ]
    static let event =
        #"{"id":"WH-1","event_type":"PAYMENT.CAPTURE.COMPLETED", "resource":{"custom_id":"credits:P1","amount":"#
        + #"{"value":"9.00","currency_code":"USD"}}}"#

    static func verify(
        _ client: FakeClient, headers: [String: String] = headers, body: String = event
    ) async throws -> PayPalEvent {
        try await PayPalWebhook.verify(
            body: Array(body.utf8), header: { headers[$0] }, webhookID: "WEBHOOK1",
            by: PayPalCheckoutTests.paypal(client))
    }

    static func saying(_ status: String) -> FakeClient {
        FakeClient([
            PayPalCheckoutTests.token(),
            PayPalCheckoutTests.answer(200, ["verification_status": .string(status)]),
        ])
    }

    /// The signature is over the bytes, so PayPal gets the very ones that came.
    @Test func `asks PayPal about the bytes as they came`() async throws {
        let client = Self.saying("SUCCESS")
        let event = try await Self.verify(client)
        #expect(event.id == "WH-1" && event.type == "PAYMENT.CAPTURE.COMPLETED")
        #expect(event.purpose == .credits && event.reference == "P1")
        #expect(event.amount == 900 && event.currency == "usd")
        let request = try #require(client.requests.last)
        #expect(request.url == "https://api.example.com/v1/notifications/verify-webhook-signature")
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == #"{"auth_algo":"SHA256withRSA","cert_url":"\#(Self.headers["paypal-cert-url"]!)","#
                + #""transmission_id":"69cd13f0-d67a-11e5-baa3-778b53f4ae55","transmission_sig":"c2lnbmF0dXJl","#
                + #""transmission_time":"2023-02-23T17:55:00Z","webhook_id":"WEBHOOK1","webhook_event":\#(Self.event)}"#
        )
    }

    @Test func `believes nothing that PayPal does not vouch for`() async {
        await #expect(throws: PayPalWebhookError.signatureWrong) { try await Self.verify(Self.saying("FAILURE")) }
        await #expect(throws: PayPalWebhookError.signatureWrong) {
            try await Self.verify(
                FakeClient([
                    PayPalCheckoutTests.token(), PayPalCheckoutTests.answer(400, ["name": "VALIDATION_ERROR"]),
                ]))
        }
        // An answer that says neither is no yes: PayPal sends the notice again.
        await #expect(throws: ServiceError.unavailable("PayPal: no verification: status 200")) {
            try await Self.verify(FakeClient([PayPalCheckoutTests.token(), PayPalCheckoutTests.answer(200, [:])]))
        }
        await #expect(throws: ServiceError.unavailable("PayPal: no verification: status 503")) {
            try await Self.verify(FakeClient([PayPalCheckoutTests.token(), PayPalCheckoutTests.answer(503, .null)]))
        }
    }

    @Test(
        arguments: [
            ("paypal-auth-algo", nil, .headerMalformed), ("paypal-auth-algo", "SHA1withRSA", .headerMalformed),
            ("paypal-transmission-id", nil, .headerMalformed),
            ("paypal-transmission-id", String(repeating: "x", count: 51), .headerMalformed),
            ("paypal-transmission-sig", "", .headerMalformed),
            ("paypal-transmission-sig", String(repeating: "x", count: 501), .headerMalformed),
            ("paypal-transmission-time", nil, .headerMalformed), ("paypal-cert-url", nil, .headerMalformed),
            ("paypal-cert-url", "http://api.paypal.com/v1/notifications/certs/C", .certificateElsewhere),
            ("paypal-cert-url", "https://api.paypal.com.example/v1/notifications/certs/C", .certificateElsewhere),
            ("paypal-cert-url", "https://example@api.paypal.com/v1/notifications/certs/C", .certificateElsewhere),
            ("paypal-cert-url", "https://api.paypal.com/v1/notifications/certs/../C", .certificateElsewhere),
        ] as [(String, String?, PayPalWebhookError)])
    func `asks nothing about what can't be PayPal's`(name: String, value: String?, error: PayPalWebhookError) async {
        let client = FakeClient([])
        var headers = Self.headers
        headers[name] = value
        await #expect(throws: error) { try await Self.verify(client, headers: headers) }
        #expect(client.requests.isEmpty)
    }

    @Test(arguments: ["", "[]", "{}x", Self.event + #","webhook_id":"MINE""#])
    func `asks nothing about what is not one object`(body: String) async {
        let client = FakeClient([])
        await #expect(throws: PayPalWebhookError.self) { try await Self.verify(client, body: body) }
        #expect(client.requests.isEmpty)
    }

    static func amount(_ value: String, _ currency: String = "USD") -> String {
        #"{"id":"WH-1","event_type":"T","resource":{"amount":{"value":"\#(value)","currency_code":"\#(currency)"}}}"#
    }

    @Test(
        arguments: [
            ("9.00", 900), ("9.0", 900), ("9", 900), ("0.01", 1), ("999999999999.99", 99_999_999_999_999), ("", nil),
            ("9.", nil), (".9", nil), ("9.000", nil), ("-9.00", nil), ("+9.00", nil), ("9,00", nil), ("1e3", nil),
            ("9999999999999.00", nil), ("٩.00", nil),
        ] as [(String, Int?)])
    func `reads amounts to the cent`(text: String, cents: Int?) async throws {
        let event = try await Self.verify(Self.saying("SUCCESS"), body: Self.amount(text))
        #expect(event.amount == cents)
        #expect(event.currency == (cents == nil ? nil : "usd"))
    }

    @Test func `reads what an order and a refund tell`() async throws {
        let order = try await Self.verify(
            Self.saying("SUCCESS"),
            body: #"{"id":"WH-1","event_type":"CHECKOUT.ORDER.APPROVED","resource":{"id":"5O19","purchase_units":"#
                + #"[{"custom_id":"orders:O7","amount":{"value":"9.00","currency_code":"USD"}}]}}"#)
        #expect(order.orderID == "5O19" && order.purpose == .orders && order.reference == "O7" && order.amount == 900)
        let refund = try await Self.verify(
            Self.saying("SUCCESS"),
            body:
                #"{"id":"WH-1","event_type":"PAYMENT.CAPTURE.REFUNDED","resource":{"custom_id":"credits:P:1","amount":"#
                + #"{"value":"1.00","currency_code":"USD"},"seller_payable_breakdown":{"total_refunded_amount":"#
                + #"{"value":"4.50","currency_code":"USD"}}}}"#)
        #expect(refund.amount == 100 && refund.amountRefunded == 450 && refund.reference == "P:1")
        #expect(refund.orderID == nil)
    }

    @Test(arguments: ["../../x", "", "5o19", String(repeating: "A", count: 37)])
    func `takes no order id that is not one`(id: String) async {
        await #expect(throws: PayPalWebhookError.bodyMalformed("no order")) {
            try await Self.verify(
                Self.saying("SUCCESS"),
                body:
                    #"{"id":"WH-1","event_type":"CHECKOUT.ORDER.APPROVED","resource":{"id":"\#(id)","purchase_units":[]}}"#
            )
        }
    }

    @Test(arguments: ["nothing", "credits", "gold:P1", ":P1", "credits:"])
    func `takes no custom id that is not ours`(custom: String) async throws {
        let event = try await Self.verify(
            Self.saying("SUCCESS"),
            body: #"{"id":"WH-1","event_type":"T","resource":{"custom_id":"\#(custom)"}}"#)
        #expect(event.purpose == nil && event.reference == nil)
    }
}
