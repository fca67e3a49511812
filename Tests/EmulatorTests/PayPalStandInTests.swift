import Emulator
import JSON
import NIOCore
import NIOHTTP1
import Testing
import Time

struct PayPalStandInTests {
    static let body: JSONValue = [
        "intent": "CAPTURE",
        "purchase_units": [
            ["reference_id": "p1", "custom_id": "credits:p1", "amount": ["currency_code": "USD", "value": "9.00"]]
        ],
        "payment_source": [
            "paypal": ["experience_context": ["return_url": "http://localhost/a", "cancel_url": "http://localhost/b"]]
        ],
    ]

    let clock = EmulatorClock(standingAt: Timestamp(seconds: 1_677_175_200))
    let paypal: PayPalStandIn
    init() {
        paypal = PayPalStandIn(
            clock: clock, clientID: "client", secret: "secret", webhookIDs: ["credits": "WH1", "orders": "WH2"],
            endpoint: "http://127.0.0.1:4566")
    }

    func call(_ path: String, _ body: [UInt8], _ authorization: String?, key: String? = nil) -> (UInt, JSONValue) {
        var headers = HTTPHeaders()
        if let authorization { headers.add(name: "Authorization", value: authorization) }
        if let key { headers.add(name: "PayPal-Request-Id", value: key) }
        let response = paypal.handle(
            HTTPRequest(
                method: .POST, path: "/paypal" + path, query: "", headers: headers, body: ByteBuffer(bytes: body),
                isBodyCut: false))
        return (response.status.code, (try? parseJSON(Array(response.body.readableBytesView))) ?? .null)
    }

    /// `client:secret` in base64.
    func token(_ authorization: String = "Basic Y2xpZW50OnNlY3JldA==") -> String? {
        let (_, answer) = call("/v1/oauth2/token", Array("grant_type=client_credentials".utf8), authorization)
        return answer["access_token"]?.string.map { "Bearer " + $0 }
    }

    func create(_ body: JSONValue = body, key: String? = "k") -> (UInt, JSONValue) {
        call("/v2/checkout/orders", body.compactBytes, token(), key: key)
    }

    @Test func `gives tokens to who knows the secret, for nine hours`() throws {
        #expect(token("Basic Y2xpZW50Og==") == nil)
        let bearer = try #require(token())
        #expect(call("/v2/checkout/orders", Self.body.compactBytes, "Bearer other").0 == 401)
        #expect(call("/v2/checkout/orders", Self.body.compactBytes, nil).0 == 401)
        #expect(call("/v2/checkout/orders", Self.body.compactBytes, bearer).0 == 201)
    }

    @Test func `the same request id gives the same order, another body under it an error`() {
        let (status, first) = create()
        #expect(status == 201)
        #expect(first["status"]?.string == "PAYER_ACTION_REQUIRED")
        let (again, second) = create()
        #expect(again == 200 && first == second)
        #expect(create(.object(["intent": "CAPTURE"])).0 == 422)
        #expect(create(key: nil).1["id"] != first["id"])
    }

    @Test(
        arguments: [
            (#""CAPTURE""#, #""AUTHORIZE""#, "/intent"), (#""9.00""#, #""9""#, "amount/value"),
            (#""9.00""#, #""0.00""#, "amount/value"), (#""9.00""#, #""-9.00""#, "amount/value"),
            (#""USD""#, #""usd""#, "currency_code"), ("return_url", "other_url", "return_url"),
        ])
    func `names the field that is wrong`(row: (String, String, String)) throws {
        let body = try parseJSON(Self.body.compactText.replacing(row.0, with: row.1))
        let (status, error) = create(body)
        #expect(status == 422)
        #expect(error["details"]?[0]?["field"]?.string?.hasSuffix(row.2) == true)
    }

    @Test func `takes money once, after approval alone`() throws {
        let id = try #require(create().1["id"]?.string)
        let capture = { call("/v2/checkout/orders/\(id)/capture", Array("{}".utf8), token()) }
        #expect(capture().1["details"]?[0]?["issue"]?.string == "ORDER_NOT_APPROVED")
        let approval = try parseJSON(try paypal.finish(reference: "p1", as: .paid()).body)
        #expect(approval["event_type"]?.string == "CHECKOUT.ORDER.APPROVED")
        #expect(approval["resource"]?["id"]?.string == id)
        #expect(paypal.takePending().isEmpty)
        let (status, order) = capture()
        #expect(status == 201 && order["status"]?.string == "COMPLETED")
        #expect(capture().1["details"]?[0]?["issue"]?.string == "ORDER_ALREADY_CAPTURED")
        let notices = try paypal.takePending().map { try parseJSON($0.body) }
        #expect(notices.map { $0["event_type"]?.string } == ["PAYMENT.CAPTURE.COMPLETED"])
        #expect(notices.first?["resource"]?["amount"] == ["currency_code": "USD", "value": "9.00"])
        #expect(paypal.takePending().isEmpty)
    }

    @Test func `says that the bank refuses, and takes what the buyer agrees to then`() throws {
        let id = try #require(create().1["id"]?.string)
        let capture = { call("/v2/checkout/orders/\(id)/capture", Array("{}".utf8), token()) }
        _ = try paypal.finish(reference: "p1", as: .declined)
        #expect(capture().1["details"]?[0]?["issue"]?.string == "INSTRUMENT_DECLINED")
        let notices = try paypal.takePending().map { try parseJSON($0.body) }
        #expect(notices.map { $0["event_type"]?.string } == ["PAYMENT.CAPTURE.DECLINED"])
        #expect(notices.first?["resource"]?["status"]?.string == "DECLINED")
        #expect(capture().1["details"]?[0]?["issue"]?.string == "ORDER_NOT_APPROVED")
        _ = try paypal.finish(reference: "p1", as: .paid())
        #expect(capture().0 == 201)
    }

    @Test func `gives back what was taken and no more, and tells the total`() throws {
        #expect(throws: EmulatorError.self) { try paypal.refund(reference: "p1", amount: nil) }
        let id = try #require(create().1["id"]?.string)
        _ = try paypal.finish(reference: "p1", as: .paid())
        #expect(throws: EmulatorError.self) { try paypal.refund(reference: "p1", amount: 1) }
        _ = call("/v2/checkout/orders/\(id)/capture", Array("{}".utf8), token())
        for (amount, total) in [(300, "3.00"), (nil, "9.00")] as [(Int?, String)] {
            let event = try parseJSON(try paypal.refund(reference: "p1", amount: amount).body)
            #expect(event["event_type"]?.string == "PAYMENT.CAPTURE.REFUNDED")
            let breakdown = event["resource"]?["seller_payable_breakdown"]
            #expect(breakdown?["total_refunded_amount"]?["value"]?.string == total)
        }
        #expect(throws: EmulatorError.self) { try paypal.refund(reference: "p1", amount: 1) }
    }

    @Test(
        arguments: [
            (nil, "SUCCESS"), ("transmission_time", "FAILURE"), ("transmission_id", "FAILURE"),
            ("transmission_sig", "FAILURE"), ("webhook_id", "FAILURE"), ("webhook_event", "FAILURE"),
        ] as [(String?, String)])
    func `says of a webhook whether it sent it`(changed: String?, status: String) throws {
        _ = create()
        let webhook = try paypal.finish(reference: "p1", as: .expired)
        var values = Dictionary(
            uniqueKeysWithValues: webhook.headers(to: "/webhooks/paypal/credits").map { ($0.name, $0.value) })
        var event = webhook.body
        if changed == "webhook_event" { event[event.count / 2] ^= 1 }
        values["webhook_id"] = "WH1"
        let names = [
            "auth_algo": "paypal-auth-algo", "cert_url": "paypal-cert-url", "transmission_id": "paypal-transmission-id",
            "transmission_sig": "paypal-transmission-sig", "transmission_time": "paypal-transmission-time",
            "webhook_id": "webhook_id",
        ]
        var question = "{"
        for (member, header) in names {
            // Of another webhook of ours: signed with its id.
            let other = member == "webhook_id" ? "WH2" : "A" + values[header]!.dropFirst()
            question += #""\#(member)":"\#(member == changed ? other : values[header]!)","#
        }
        question += #""webhook_event":"#
        let (code, answer) = call(
            "/v1/notifications/verify-webhook-signature", Array(question.utf8) + event + Array("}".utf8), token())
        #expect(code == (changed == "webhook_event" ? code : 200))
        #expect(answer["verification_status"]?.string == status || changed == "webhook_event")
        #expect(answer["verification_status"]?.string != "SUCCESS" || changed == nil)
    }

    @Test func `signs for each address with its own id`() throws {
        _ = create()
        let webhook = try paypal.finish(reference: "p1", as: .paid())
        let signatures = ["credits", "orders"].map { name in
            webhook.headers(to: "/webhooks/paypal/" + name).first { $0.name == "paypal-transmission-sig" }?.value
        }
        #expect(signatures[0] != signatures[1])
        #expect(throws: EmulatorError.self) { try paypal.finish(reference: "nobody", as: .paid()) }
    }
}
