import Digest
import Payments
import Testing
import Time

struct StripeWebhookTests {
    static let body = """
        {"id":"evt_1","object":"event","created":1677175500,"type":"checkout.session.completed","data":{"object":{\
        "id":"cs_1","object":"checkout.session","amount_total":5580,"client_reference_id":"P1","currency":"usd",\
        "metadata":{"purpose":"orders","other":null},"payment_status":"paid"}}}
        """
    static let secret = "whsec_test"
    static let signedAt: Int64 = 1_677_175_500

    static func signature(_ body: String = body, secret: String = secret, at time: Int64 = signedAt) -> String {
        hexadecimal(HMACSHA256.authenticate(key: Array(secret.utf8), message: Array("\(time).\(body)".utf8)))
    }

    static func verify(
        _ header: String, body: String = body, at now: Timestamp = Timestamp(seconds: signedAt)
    ) throws(StripeWebhookError) -> StripeEvent {
        try StripeWebhook.verify(body: Array(body.utf8), signatureHeader: header, secret: secret, now: now)
    }

    @Test func `reads a signed event`() throws {
        let event = try Self.verify("t=\(Self.signedAt),v1=\(Self.signature())")
        #expect(event.id == "evt_1")
        #expect(event.type == "checkout.session.completed")
        #expect(event.created == Timestamp(seconds: Self.signedAt))
        let session = try #require(event.session)
        #expect(session.id == "cs_1")
        #expect(session.clientReferenceID == "P1")
        #expect(session.amountTotal == 5_580)
        #expect(session.currency == "usd")
        #expect(session.paymentStatus == .paid)
        #expect(session.metadata == ["purpose": "orders"])
    }

    @Test func `agrees with a signature made elsewhere`() throws {
        // By OpenSSL: printf '1677175500.{}' | openssl dgst -sha256 -hmac whsec_test
        #expect(
            Self.signature("{}") == "84b0aadfcfd9c0d3f42129de9eb65d6edcc71eea7e7fce780f505ec16beab4a3")
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var header: String
        var body = StripeWebhookTests.body
        var now = Timestamp(seconds: signedAt)
        var error: StripeWebhookError?
    }
    static let good = signature()
    static let other = signature(secret: "whsec_other")
    static let rows = [
        Row(testDescription: "the second of two signatures", header: "t=\(signedAt),v1=\(other),v1=\(good)"),
        Row(testDescription: "beside one of another version", header: "t=\(signedAt),v0=\(other),v1=\(good)"),
        Row(testDescription: "spaces after commas, capital digits", header: "t=\(signedAt), v1=\(good.uppercased())"),
        Row(
            testDescription: "300 seconds later", header: "t=\(signedAt),v1=\(good)",
            now: Timestamp(seconds: signedAt + 300) + .milliseconds(999)),
        Row(
            testDescription: "301 seconds later", header: "t=\(signedAt),v1=\(good)",
            now: Timestamp(seconds: signedAt + 301), error: .tooOld),
        Row(
            testDescription: "300 seconds before", header: "t=\(signedAt),v1=\(good)",
            now: Timestamp(seconds: signedAt - 300)),
        Row(
            testDescription: "301 seconds before", header: "t=\(signedAt),v1=\(good)",
            now: Timestamp(seconds: signedAt - 301), error: .tooOld),
        Row(testDescription: "another secret", header: "t=\(signedAt),v1=\(other)", error: .signatureWrong),
        Row(testDescription: "another time", header: "t=\(signedAt + 1),v1=\(good)", error: .signatureWrong),
        Row(
            testDescription: "another body", header: "t=\(signedAt),v1=\(good)", body: body + " ",
            error: .signatureWrong),
        Row(testDescription: "cut short", header: "t=\(signedAt),v1=\(good.dropLast(2))", error: .signatureWrong),
        Row(
            testDescription: "the right one under another version", header: "t=\(signedAt),v0=\(good)",
            error: .headerMalformed),
        Row(testDescription: "nothing", header: "", error: .headerMalformed),
        Row(testDescription: "no time", header: "v1=\(good)", error: .headerMalformed),
        Row(testDescription: "no number", header: "t=now,v1=\(good)", error: .headerMalformed),
        Row(testDescription: "a negative number", header: "t=-1,v1=\(good)", error: .headerMalformed),
        Row(testDescription: "no digits", header: "t=\(signedAt),v1=xyz", error: .headerMalformed),
        Row(testDescription: "no pairs", header: "t,v1", error: .headerMalformed),
        Row(
            testDescription: "the right one past the ceiling",
            header: "t=\(signedAt)," + String(repeating: "v1=\(other),", count: 8) + "v1=\(good)",
            error: .signatureWrong),
        Row(
            testDescription: "the right one at the ceiling",
            header: "t=\(signedAt)," + String(repeating: "v1=\(other),", count: 7) + "v1=\(good)"),
    ]

    @Test(arguments: rows) func `believes what is signed now`(row: Row) {
        do {
            _ = try Self.verify(row.header, body: row.body, at: row.now)
            #expect(row.error == nil)
        } catch {
            #expect(error == row.error)
        }
    }

    @Test(arguments: [
        ("", "no JSON"), ("{}", "no event"), (#"{"object":"charge"}"#, "no event"),
        (#"{"id":"e","object":"event","created":-1,"type":"t","data":{"object":{}}}"#, "no event"),
        (
            #"{"id":"e","object":"event","created":1,"type":"t","data":{"object":{"object":"checkout.session"}}}"#,
            "no checkout session"
        ),
    ])
    func `signed and not an event`(body: String, what: String) {
        #expect(throws: StripeWebhookError.bodyMalformed(what)) {
            try Self.verify("t=\(Self.signedAt),v1=\(Self.signature(body))", body: body)
        }
    }

    @Test func `an event of another object has no session`() throws {
        let body =
            #"{"id":"e","object":"event","created":1,"type":"charge.refunded","data":{"object":{"object":"charge"}}}"#
        let event = try Self.verify("t=\(Self.signedAt),v1=\(Self.signature(body))", body: body)
        #expect(event.session == nil)
        #expect(event.charge?.amountRefunded == nil)
        #expect(event.charge?.metadata == [:])
    }

    @Test func `a charge tells of all its refunds together`() throws {
        let body =
            #"{"id":"e","object":"event","created":1,"type":"charge.refunded","data":{"object":{"object":"charge","#
            + #""amount":900,"amount_refunded":450,"currency":"usd","metadata":{"purpose":"credits","reference":"P"}}}}"#
        let event = try Self.verify("t=\(Self.signedAt),v1=\(Self.signature(body))", body: body)
        #expect(event.charge?.amountRefunded == 450)
        #expect(event.charge?.currency == "usd")
        #expect(event.charge?.metadata == ["purpose": "credits", "reference": "P"])
    }

    @Test func `a refund has its own metadata`() throws {
        let body =
            #"{"id":"e","object":"event","created":1,"type":"refund.failed","data":{"object":{"object":"refund","#
            + #""amount":450,"currency":"usd","metadata":{"reference":"P"}}}}"#
        let event = try Self.verify("t=\(Self.signedAt),v1=\(Self.signature(body))", body: body)
        #expect(event.refund?.amount == 450)
        #expect(event.refund?.currency == "usd")
        #expect(event.refund?.metadata == ["reference": "P"])
    }
}
