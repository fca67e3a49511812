import Digest
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

/// Disputes name a charge alone: Stripe is asked what was paid for.
struct StripeWebhookDoorTests {
    final class FakeStripe: HTTPClient {
        private let answer: Result<HTTPResponse, HTTPError>
        private let asked = Mutex<[String]>([])
        var urls: [String] { asked.withLock { $0 } }

        init(_ answer: Result<HTTPResponse, HTTPError>) { self.answer = answer }

        func send(_ request: HTTPRequest) throws(HTTPError) -> HTTPResponse {
            asked.withLock { $0.append(request.url) }
            return try answer.get()
        }
    }

    static func charge(_ metadata: JSONValue) -> Result<HTTPResponse, HTTPError> {
        let body: JSONValue = ["object": "charge", "id": "ch_1", "metadata": metadata]
        return .success(HTTPResponse(status: 200, body: body.compactBytes))
    }

    static func event(_ type: String, charge: String = "ch_1") throws -> HTTPEvent {
        let body: JSONValue = [
            "object": "event", "id": "evt_1", "type": .string(type), "created": 1_677_175_200,
            "data": ["object": ["object": "dispute", "charge": .string(charge), "amount": 900, "currency": "usd"]],
        ]
        let text = body.compactText
        let code = HMACSHA256.authenticate(key: Array("whsec".utf8), message: Array("1677175200.\(text)".utf8))
        return try decodeJSON(
            HTTPEvent.self,
            from: [
                "version": "2.0", "routeKey": "POST /webhooks/stripe/credits", "rawPath": "/webhooks/stripe/credits",
                "rawQueryString": "",
                "headers": ["stripe-signature": .string("t=1677175200,v1=" + hexadecimal(code))],
                "requestContext": [
                    "accountId": "1", "apiId": "a", "domainName": "d", "domainPrefix": "d",
                    "http": [
                        "method": "POST", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "::1", "userAgent": "u",
                    ],
                    "requestId": "r", "routeKey": "POST /webhooks/stripe/credits", "stage": "$default",
                    "time": "23/Feb/2023:18:00:00 +0000", "timeEpoch": 1_677_175_200_000,
                ],
                "body": .string(text), "isBase64Encoded": false,
            ])
    }

    /// What is to be settled, nil if nothing is.
    func notice(_ event: HTTPEvent, _ client: FakeStripe) async throws -> PaymentNotice? {
        let door = StripeWebhookDoor(
            purpose: .credits, secret: "whsec",
            stripe: StripeCheckout(
                apiBase: "https://api.example.com", secretKey: "sk", siteURL: "https://site.example", client: client))
        var settled: PaymentNotice?
        let reply = try await door.receive(event) { notice in
            settled = notice
            return .alreadySettled
        }
        #expect(reply.statusCode == 200)
        return settled
    }

    static let withdrawn = "charge.dispute.funds_withdrawn"
    static let ours: JSONValue = ["purpose": "credits", "reference": "P1"]

    @Test(
        arguments: [(withdrawn, .disputed), ("charge.dispute.funds_reinstated", .disputeWon)]
            as [(String, PaymentNotice.Kind)])
    func `finds what a disputed charge was for`(type: String, kind: PaymentNotice.Kind) async throws {
        let client = FakeStripe(Self.charge(Self.ours))
        let notice = try await notice(try Self.event(type), client)
        #expect(
            notice
                == PaymentNotice(id: "evt_1", kind: kind, reference: "P1", amountCents: 900, currency: "usd"))
        #expect(client.urls == ["https://api.example.com/v1/charges/ch_1"])
    }

    @Test func `leaves the other door's disputes to it`() async throws {
        let client = FakeStripe(Self.charge(["purpose": "orders", "reference": "O1"]))
        #expect(try await notice(try Self.event(Self.withdrawn), client) == nil)
    }

    @Test func `asks nothing of what moves no money`() async throws {
        let client = FakeStripe(Self.charge(Self.ours))
        #expect(try await notice(try Self.event("charge.dispute.created"), client) == nil)
        #expect(client.urls == [])
    }

    @Test func `has what names no charge put aside`() async throws {
        let client = FakeStripe(.success(HTTPResponse(status: 404, body: [])))
        #expect(try await notice(try Self.event(Self.withdrawn), client)?.reference == nil)
        #expect(client.urls.count == 1)
        let odd = try await notice(try Self.event(Self.withdrawn, charge: "../checkout/sessions/cs_1"), client)
        #expect(odd?.kind == .disputed && odd?.reference == nil)
        #expect(client.urls.count == 1)
    }

    /// Stripe then sends the notice again.
    @Test func `does not answer for Stripe when it is down`() async throws {
        let event = try Self.event(Self.withdrawn)
        for answer in [.failure(.notSent("no")), .success(HTTPResponse(status: 500, body: []))]
            as [Result<HTTPResponse, HTTPError>]
        {
            await #expect(throws: ServiceError.self) { try await notice(event, FakeStripe(answer)) }
        }
    }
}
