import Domain
import Events
import HTTPTransport
import Handling
import JSON
import Payments
import Services
import Synchronization
import Testing
import Time

/// What comes of an approval, when PayPal is told to take the money.
struct PayPalWebhookDoorTests {
    /// Vouches for every notice, and answers captures as told.
    final class FakePayPal: HTTPClient {
        private let capture: HTTPResponse
        private let paths = Mutex<[String]>([])
        var captures: [String] { paths.withLock { $0.filter { $0.hasSuffix("/capture") } } }

        init(capture status: Int, _ body: JSONValue) {
            capture = HTTPResponse(status: status, body: body.compactBytes)
        }

        func send(_ request: HTTPRequest) throws(HTTPError) -> HTTPResponse {
            paths.withLock { $0.append(request.url) }
            if request.url.hasSuffix("/capture") { return capture }
            let answer: JSONValue = [
                "access_token": "T", "expires_in": 32_400, "verification_status": "SUCCESS",
            ]
            return HTTPResponse(status: 200, body: answer.compactBytes)
        }
    }

    static let approval: JSONValue = [
        "id": "WH-1", "event_type": "CHECKOUT.ORDER.APPROVED",
        "resource": [
            "id": "ORDER1",
            "purchase_units": [["custom_id": "credits:P1", "amount": ["currency_code": "USD", "value": "9.00"]]],
        ],
    ]

    static func event(_ body: JSONValue) throws -> HTTPEvent {
        try decodeJSON(
            HTTPEvent.self,
            from: [
                "version": "2.0", "routeKey": "POST /webhooks/paypal/credits", "rawPath": "/webhooks/paypal/credits",
                "rawQueryString": "",
                "headers": [
                    "paypal-auth-algo": "SHA256withRSA",
                    "paypal-cert-url": "https://api.paypal.com/v1/notifications/certs/CERT-1",
                    "paypal-transmission-id": "x1", "paypal-transmission-sig": "x",
                    "paypal-transmission-time": "2023-02-23T17:55:00Z",
                ],
                "requestContext": [
                    "accountId": "1", "apiId": "a", "domainName": "d", "domainPrefix": "d",
                    "http": [
                        "method": "POST", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "::1", "userAgent": "u",
                    ],
                    "requestId": "r", "routeKey": "POST /webhooks/paypal/credits", "stage": "$default",
                    "time": "23/Feb/2023:18:00:00 +0000", "timeEpoch": 1_677_175_200_000,
                ],
                "body": .string(body.compactText), "isBase64Encoded": false,
            ])
    }

    func receive(
        _ client: FakePayPal, _ body: JSONValue = approval, settling outcome: Settlement.Outcome
    ) async throws -> String? {
        let door = PayPalWebhookDoor(
            purpose: .credits, webhookID: "W",
            paypal: PayPalCheckout(
                apiBase: "https://api.example.com", clientID: "c", secret: "s", siteURL: "https://site.example",
                client: client, now: { Timestamp(seconds: 0) }))
        let reply = try await door.receive(try Self.event(body)) { notice in
            #expect(notice.provider == .paypal && notice.kind == .approved && notice.reference == "P1")
            return outcome
        }
        #expect(reply.statusCode == 200)
        return try parseJSON(reply.body ?? "")["outcome"]?.string
    }

    @Test func `takes the money that the buyer agreed to, and reports what PayPal says`() async throws {
        let client = FakePayPal(capture: 201, ["id": "ORDER1"])
        #expect(try await receive(client, settling: .approved) == "CAPTURED")
        #expect(client.captures == ["https://api.example.com/v2/checkout/orders/ORDER1/capture"])
        let declined = FakePayPal(capture: 422, ["details": [["issue": "INSTRUMENT_DECLINED"]]])
        #expect(try await receive(declined, settling: .approved) == "DECLINED")
    }

    @Test(arguments: [
        (Settlement.Outcome.alreadySettled, "ALREADY_SETTLED"), (.quarantined(.amountDiffers), "QUARANTINED"),
    ])
    func `takes no money but that`(outcome: Settlement.Outcome, word: String) async throws {
        let client = FakePayPal(capture: 201, ["id": "ORDER1"])
        #expect(try await receive(client, settling: outcome) == word)
        #expect(client.captures.isEmpty)
    }

    /// An error makes PayPal send the approval again.
    @Test func `asks for the notice again when the money could not be taken`() async {
        await #expect(throws: ServiceError.unavailable("PayPal: no capture: status 503")) {
            try await receive(FakePayPal(capture: 503, .null), settling: .approved)
        }
    }
}
