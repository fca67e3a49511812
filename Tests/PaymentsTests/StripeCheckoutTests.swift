import HTTPTransport
import JSON
import Payments
import Services
import Synchronization
import Testing
import Time

struct StripeCheckoutTests {
    /// Answers call after call as it was told, and keeps what it was asked.
    final class FakeClient: HTTPClient {
        private let answers: Mutex<[Result<HTTPResponse, HTTPError>]>
        private let asked = Mutex<[HTTPRequest]>([])
        var requests: [HTTPRequest] { asked.withLock { $0 } }

        init(_ answers: [Result<HTTPResponse, HTTPError>]) { self.answers = Mutex(answers) }

        func send(_ request: HTTPRequest) throws(HTTPError) -> HTTPResponse {
            asked.withLock { $0.append(request) }
            return try answers.withLock {
                $0.isEmpty ? .failure(.notSent("more calls than answers")) : $0.removeFirst()
            }
            .get()
        }
    }

    typealias Answer = Result<HTTPResponse, HTTPError>
    static func answer(_ status: Int, _ body: JSONValue) -> Answer {
        .success(HTTPResponse(status: status, body: body.compactBytes))
    }

    static let session = answer(200, ["id": "cs_1", "url": "https://checkout.stripe.com/c/pay/cs_1"])
    static let order = CheckoutOrder(
        reference: "P1", purpose: .credits, title: "10 credits & a café*", amount: 999, currency: "usd",
        expiresAt: Timestamp(milliseconds: 1_677_179_100_999))

    static func checkout(_ client: FakeClient) -> StripeCheckout {
        StripeCheckout(
            apiBase: "https://api.example.com", secretKey: "sk_test_1", siteURL: "https://site.example", client: client)
    }

    @Test func `opens a page as Stripe's reference says`() async throws {
        let client = FakeClient([Self.session])
        let opened = try await Self.checkout(client).openCheckout(Self.order)
        #expect(opened == CheckoutSession(id: "cs_1", url: "https://checkout.stripe.com/c/pay/cs_1"))
        let request = try #require(client.requests.first)
        #expect(request.method == .post)
        #expect(request.url == "https://api.example.com/v1/checkout/sessions")
        #expect(
            Dictionary(uniqueKeysWithValues: request.headers.map { ($0.name, $0.value) }) == [
                "Authorization": "Bearer sk_test_1", "Content-Type": "application/x-www-form-urlencoded",
                "Idempotency-Key": "P1", "Stripe-Version": "2023-10-16",
            ])
        #expect(
            String(decoding: request.body, as: UTF8.self).split(separator: "&") == [
                "mode=payment", "client_reference_id=P1", "line_items%5B0%5D%5Bprice_data%5D%5Bcurrency%5D=usd",
                "line_items%5B0%5D%5Bprice_data%5D%5Bunit_amount%5D=999",
                "line_items%5B0%5D%5Bprice_data%5D%5Bproduct_data%5D%5Bname%5D=10+credits+%26+a+caf%C3%A9*",
                "line_items%5B0%5D%5Bquantity%5D=1", "metadata%5Bpurpose%5D=credits",
                "payment_intent_data%5Bmetadata%5D%5Bpurpose%5D=credits",
                "payment_intent_data%5Bmetadata%5D%5Breference%5D=P1",
                "success_url=https%3A%2F%2Fsite.example%2Fpayments%2Fsuccess%3Freference%3DP1",
                "cancel_url=https%3A%2F%2Fsite.example%2Fpayments%2Fcancelled%3Freference%3DP1",
                "expires_at=1677179100",
            ])
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var answers: [Answer]
        var error: ServiceError?
        var calls: Int
        /// Of the calls beyond the first.
        var keys: [String] = ["P1"]
    }
    /// What a key's first request ended with, told again.
    static let failedBefore: Answer = .success(HTTPResponse(status: 500, headers: [("idempotent-replayed", "true")]))
    static let busy = answer(429, ["error": ["type": "rate_limit_error", "message": "slow down"]])
    static let rows = [
        Row(testDescription: "busy, then open", answers: [busy, session], error: nil, calls: 2),
        Row(
            testDescription: "lost, then open", answers: [.failure(.outcomeUnknown("gone")), session], error: nil,
            calls: 2),
        Row(testDescription: "still at work, then open", answers: [answer(409, .null), session], error: nil, calls: 2),
        Row(
            testDescription: "busy to the end", answers: [busy, busy],
            error: .unavailable("Stripe: status 429: rate_limit_error: slow down"), calls: 2),
        Row(
            testDescription: "down",
            answers: [answer(500, .null), .success(HTTPResponse(status: 502, body: Array("<html>".utf8)))],
            error: .unavailable("Stripe: status 502"), calls: 2),
        Row(
            testDescription: "failed for good under its key, then open",
            answers: [answer(500, .null), failedBefore, session],
            error: nil, calls: 3, keys: ["P1", "P1-2"]),
        Row(
            testDescription: "asked for again after that", answers: [failedBefore, session], error: nil, calls: 2,
            keys: ["P1-2"]),
        Row(
            testDescription: "failed for good under every key", answers: [failedBefore, failedBefore, failedBefore],
            error: .unavailable("Stripe: status 500"), calls: 3, keys: ["P1-2", "P1-3"]),
        Row(
            testDescription: "not reached", answers: [.failure(.notSent("no")), .failure(.notSent("no"))],
            error: .unavailable("Stripe: the request was not sent: no"), calls: 2),
        Row(
            testDescription: "a wrong key",
            answers: [answer(401, ["error": ["type": "invalid_request_error", "message": "Invalid API Key"]])],
            error: .rejected("Stripe: status 401: invalid_request_error: Invalid API Key"), calls: 1),
        Row(
            testDescription: "a wrong parameter",
            answers: [
                answer(
                    400,
                    [
                        "error": [
                            "type": "invalid_request_error", "code": "parameter_invalid_integer", "param": "amount",
                            "message": "Invalid integer",
                        ]
                    ])
            ],
            error: .rejected(
                "Stripe: status 400: invalid_request_error: parameter_invalid_integer: amount: Invalid integer"),
            calls: 1),
        Row(
            testDescription: "a session without a page", answers: [answer(200, ["id": "cs_1"]), session], error: nil,
            calls: 2),
    ]

    @Test(arguments: rows) func `what comes of a call`(row: Row) async {
        let client = FakeClient(row.answers)
        do {
            _ = try await Self.checkout(client).openCheckout(Self.order)
            #expect(row.error == nil)
        } catch {
            #expect(error == row.error)
        }
        #expect(client.requests.count == row.calls)
        let keys = client.requests.map { $0.headers.first { $0.name == "Idempotency-Key" }?.value }
        #expect(keys == ["P1"] + (row.calls > 1 ? row.keys : []))
    }
}
