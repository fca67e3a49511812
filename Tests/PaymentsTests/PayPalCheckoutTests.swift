import HTTPTransport
import JSON
import Payments
import Services
import Synchronization
import Testing
import Time

struct PayPalCheckoutTests {
    typealias FakeClient = StripeCheckoutTests.FakeClient
    typealias Answer = StripeCheckoutTests.Answer

    static func answer(_ status: Int, _ body: JSONValue) -> Answer { StripeCheckoutTests.answer(status, body) }

    static func token(_ text: String = "T1", seconds: Int = 32_400) -> Answer {
        answer(
            200, ["access_token": .string(text), "token_type": "Bearer", "expires_in": .number(JSONNumber(seconds))])
    }
    static let opened = answer(
        201,
        [
            "id": "O1", "status": "PAYER_ACTION_REQUIRED",
            "links": [
                ["rel": "self", "href": "https://api.example.com/v2/checkout/orders/O1"],
                ["rel": "payer-action", "href": "https://www.paypal.com/checkoutnow?token=O1"],
            ],
        ])
    static let session = CheckoutSession(id: "O1", url: "https://www.paypal.com/checkoutnow?token=O1")

    /// Stands where the test puts it.
    final class Clock: Sendable {
        private let seconds = Mutex<Int64>(1_000)
        var now: Timestamp { Timestamp(seconds: seconds.withLock { $0 }) }
        func advance(_ by: Int64) { seconds.withLock { $0 += by } }
    }

    static func paypal(_ client: FakeClient, _ clock: Clock = Clock()) -> PayPalCheckout {
        PayPalCheckout(
            apiBase: "https://api.example.com", clientID: "client", secret: "secret", siteURL: "https://site.example",
            client: client, now: { clock.now })
    }

    static func order(_ amount: Int = 905, _ currency: String = "usd") -> CheckoutOrder {
        CheckoutOrder(
            reference: "P1", purpose: .credits, title: "10 credits", amount: amount, currency: currency,
            expiresAt: Timestamp(seconds: 4_600))
    }

    @Test func `opens a page as PayPal's reference says`() async throws {
        let client = FakeClient([Self.token(), Self.opened])
        #expect(try await Self.paypal(client).openCheckout(Self.order()) == Self.session)
        try #require(client.requests.count == 2)
        let (token, order) = (client.requests[0], client.requests[1])
        #expect(token.url == "https://api.example.com/v1/oauth2/token")
        #expect(token.headers.first { $0.name == "Authorization" }?.value == "Basic Y2xpZW50OnNlY3JldA==")
        #expect(String(decoding: token.body, as: UTF8.self) == "grant_type=client_credentials")
        #expect(order.url == "https://api.example.com/v2/checkout/orders")
        #expect(
            Dictionary(uniqueKeysWithValues: order.headers.map { ($0.name, $0.value) }) == [
                "Authorization": "Bearer T1", "Content-Type": "application/json", "PayPal-Request-Id": "P1",
            ])
        let body = try parseJSON(order.body)
        #expect(body["intent"]?.string == "CAPTURE")
        #expect(
            body["purchase_units"] == [
                [
                    "reference_id": "P1", "custom_id": "credits:P1", "description": "10 credits",
                    "amount": ["currency_code": "USD", "value": "9.05"],
                ]
            ])
        let context = body["payment_source"]?["paypal"]?["experience_context"]
        #expect(context?["return_url"]?.string == "https://site.example/payments/success?reference=P1")
        #expect(context?["cancel_url"]?.string == "https://site.example/payments/cancelled?reference=P1")
        #expect(context?["shipping_preference"]?.string == "NO_SHIPPING")
    }

    @Test(arguments: [(1, "0.01"), (10, "0.10"), (100, "1.00"), (99_999_999, "999999.99")])
    func `writes amounts with two decimals`(cents: Int, text: String) async throws {
        let client = FakeClient([Self.token(), Self.opened])
        _ = try await Self.paypal(client).openCheckout(Self.order(cents))
        let body = try parseJSON(client.requests[1].body)
        #expect(body["purchase_units"]?[0]?["amount"]?["value"]?.string == text)
    }

    @Test func `asks for no amounts in currencies without decimals`() async throws {
        let client = FakeClient([])
        await #expect(throws: ServiceError.rejected("PayPal: no amounts in jpy")) {
            try await Self.paypal(client).openCheckout(Self.order(905, "jpy"))
        }
        #expect(client.requests.isEmpty)
    }

    @Test func `keeps its token until a minute before it ends`() async throws {
        let (client, clock) = (
            FakeClient([Self.token("T1", seconds: 100), Self.opened, Self.opened, Self.token("T2"), Self.opened]),
            Clock()
        )
        let paypal = Self.paypal(client, clock)
        _ = try await paypal.openCheckout(Self.order())
        clock.advance(39)
        _ = try await paypal.openCheckout(Self.order())
        clock.advance(1)
        _ = try await paypal.openCheckout(Self.order())
        #expect(client.requests.count == 5)
        #expect(client.requests[2].headers.first?.value == "Bearer T1")
        #expect(client.requests[4].headers.first?.value == "Bearer T2")
    }

    @Test func `fetches another token once where PayPal takes the old one no longer`() async throws {
        let refused = Self.answer(401, ["error": "invalid_token"])
        let client = FakeClient([Self.token("T1"), refused, Self.token("T2"), Self.opened])
        #expect(try await Self.paypal(client).openCheckout(Self.order()) == Self.session)
        let twice = FakeClient([Self.token("T1"), refused, Self.token("T2"), refused])
        await #expect(throws: ServiceError.rejected("PayPal: no order: status 401: invalid_token")) {
            try await Self.paypal(twice).openCheckout(Self.order())
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var answers: [Answer]
        var result: Result<CheckoutSession, ServiceError>
        var calls: Int
    }

    static let busy = answer(503, ["name": "INTERNAL_SERVER_ERROR"])
    static let busyText = "PayPal: no order: status 503: INTERNAL_SERVER_ERROR"
    static let rows = [
        Row(
            testDescription: "opened before", answers: [token(), answer(200, try! opened.get().json)],
            result: .success(session), calls: 2),
        Row(testDescription: "busy once", answers: [token(), busy, opened], result: .success(session), calls: 3),
        Row(
            testDescription: "busy twice", answers: [token(), busy, busy], result: .failure(.unavailable(busyText)),
            calls: 3),
        Row(
            testDescription: "not reached", answers: [token(), .failure(.notSent("no route")), opened],
            result: .success(session), calls: 3),
        Row(
            testDescription: "refused",
            answers: [
                token(),
                answer(
                    422,
                    [
                        "name": "UNPROCESSABLE_ENTITY",
                        "details": [
                            ["issue": "CURRENCY_NOT_SUPPORTED", "field": "/purchase_units", "value": "secret"]
                        ],
                    ]),
            ],
            result: .failure(
                .rejected("PayPal: no order: status 422: UNPROCESSABLE_ENTITY: CURRENCY_NOT_SUPPORTED: /purchase_units")
            ),
            calls: 2),
        Row(
            testDescription: "wrong credentials", answers: [answer(401, ["error": "invalid_client"])],
            result: .failure(.rejected("PayPal: no token: status 401: invalid_client")), calls: 1),
        Row(
            testDescription: "no page",
            answers: [token(), answer(201, ["id": "O1", "links": []]), answer(201, ["id": "O1"])],
            result: .failure(.unavailable("PayPal: an order without an id or a page")), calls: 3),
    ]

    @Test(arguments: rows) func `tries again what may pass and no more`(row: Row) async {
        let client = FakeClient(row.answers)
        let result: Result<CheckoutSession, ServiceError>
        do throws(ServiceError) {
            result = .success(try await Self.paypal(client).openCheckout(Self.order()))
        } catch { result = .failure(error) }
        #expect(result == row.result)
        #expect(client.requests.count == row.calls)
    }

    // MARK: The money

    static func captured(_ status: String) -> JSONValue {
        ["id": "O1", "purchase_units": [["payments": ["captures": [["id": "C1", "status": .string(status)]]]]]]
    }
    static func issue(_ issue: String) -> JSONValue {
        ["name": "UNPROCESSABLE_ENTITY", "details": [["issue": .string(issue)]]]
    }

    @Test(
        arguments: [
            (201, captured("COMPLETED"), .success(.captured)), (200, captured("PENDING"), .success(.captured)),
            (201, captured("DECLINED"), .success(.declined)),
            (422, issue("ORDER_ALREADY_CAPTURED"), .success(.captured)),
            (422, issue("INSTRUMENT_DECLINED"), .success(.declined)),
            (422, issue("ORDER_NOT_APPROVED"), .success(.declined)),
            (
                404, ["name": "RESOURCE_NOT_FOUND"],
                .failure(.rejected("PayPal: no capture: status 404: RESOURCE_NOT_FOUND"))
            ),
            (500, .null, .failure(.unavailable("PayPal: no capture: status 500"))),
            (429, .null, .failure(.unavailable("PayPal: no capture: status 429"))),
        ] as [(Int, JSONValue, Result<PayPalCheckout.Capture, ServiceError>)])
    func `takes the money once`(
        status: Int, body: JSONValue, expected: Result<PayPalCheckout.Capture, ServiceError>
    ) async {
        let client = FakeClient([Self.token(), Self.answer(status, body)])
        let result: Result<PayPalCheckout.Capture, ServiceError>
        do throws(ServiceError) {
            result = .success(try await Self.paypal(client).capture(orderID: "O1", requestID: "WH-1"))
        } catch { result = .failure(error) }
        #expect(result == expected)
        #expect(client.requests.last?.url == "https://api.example.com/v2/checkout/orders/O1/capture")
        #expect(client.requests.last?.headers.last?.value == "WH-1")
    }
}

extension HTTPResponse {
    fileprivate var json: JSONValue { (try? parseJSON(body)) ?? .null }
}
