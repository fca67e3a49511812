import Digest
import Items
import JSON
package import Time
import Tokens

/// A webhook request as PayPal sends it: signed over its id, its time, the webhook's id and the checksum of exactly
/// these bytes.
///
/// - Note: Source: PayPal Developer, "Webhooks: Integration", Message verification.
package struct PayPalWebhookRequest: PaymentWebhook {
    static let certificateURL = "https://api.paypal.com/v1/notifications/certs/CERT-local"

    package let body: [UInt8]
    private let transmissionID: String
    private let time: String
    private let webhookIDs: [String: String]

    package var routePrefix: String { "/webhooks/paypal/" }

    /// - Parameter webhookIDs: by what follows ``routePrefix``: every address has one of its own.
    init(body: [UInt8], transmissionID: String, webhookIDs: [String: String], sentAt: Timestamp) {
        self.body = body
        self.transmissionID = transmissionID
        self.webhookIDs = webhookIDs
        // PayPal's times have whole seconds.
        time = Timestamp(seconds: sentAt.secondsRoundedDown).description.replacing(".000Z", with: "Z")
    }

    package func resent(at now: Timestamp) -> PayPalWebhookRequest {
        PayPalWebhookRequest(body: body, transmissionID: transmissionID, webhookIDs: webhookIDs, sentAt: now)
    }

    package func headers(to path: String) -> [(name: String, value: String)] {
        let webhookID = webhookIDs[String(path.dropFirst(routePrefix.count))] ?? ""
        let signature = PayPalSignature.sign(body, transmissionID: transmissionID, time: time, webhookID: webhookID)
        return [
            ("content-type", "application/json"), ("paypal-auth-algo", "SHA256withRSA"),
            ("paypal-cert-url", Self.certificateURL), ("paypal-transmission-id", transmissionID),
            ("paypal-transmission-sig", signature), ("paypal-transmission-time", time),
            ("user-agent", "PayPal/AUHD-214.0-58843327"),
        ]
    }
}

/// How PayPal signs what it sends.
enum PayPalSignature {
    static func sign(_ body: [UInt8], transmissionID: String, time: String, webhookID: String) -> String {
        let message = message(body, transmissionID: transmissionID, time: time, webhookID: webhookID)
        // A key of 2,048 bits that never changes: there is nothing that could fail.
        return Base64.text(of: try! key.sign(message))
    }

    static func isSignature(
        _ signature: String, of body: [UInt8], transmissionID: String, time: String, webhookID: String
    ) -> Bool {
        guard let bytes = Base64.bytes(of: signature) else { return false }
        return key.hasSigned(
            message(body, transmissionID: transmissionID, time: time, webhookID: webhookID), as: bytes)
    }

    private static func message(_ body: [UInt8], transmissionID: String, time: String, webhookID: String) -> [UInt8] {
        Array("\(transmissionID)|\(time)|\(webhookID)|\(CyclicRedundancyCheck.crc32(body))".utf8)
    }

    /// The emulator's own, which every copy of it has: it vouches for nothing but local notices. A fixed one, so that
    /// events in files stay signed.
    private static let key = try! RSASigner(der: Base64.bytes(of: keyText)!)

    private static let keyText =
        "MIIEogIBAAKCAQEAv8skYsuJ+orZeVTg6cBcnqpoexqS5jH0xO2CpeBcO+lI2anlKImckrU/dX9ZdjCdDQFFwCVuMLk15h5IKyen+yEg"
        + "Bhzj8IFbDzvcFXhpv0CLpvcP77hkd7AIQfmJDdE1x41wptSECjFCkROhyg6lIQc2HNULYAOrVsj9hZErTxal5tgW8NOxkN27xWaEKkBp"
        + "ZIbToz7rBOhNWvdn9K1aPIrD0FLMn4F0Z/eQ//gDrn8jFlb2crZznv+1agURgOoy91C9926igllSb5UVo0fK0q1t81gSVzlkpdbVmzDj"
        + "ml/RSZmY7bTjAduiIiWn1P9C7QKDaN8ylqyRgZ5tB8h5rwIDAQABAoH/T7IJQVqsM42SvJ+VxUlsAUnK1BASMxbYN9ESqq98DnMTchJp"
        + "S0BoZOr/kXml/3NRzzbct6tbCl8C+UXKj1yh/ECflkfEv3SJR3ggg/ama2fyXUo/DzJap6PN3pJT0gzrJBE0Igq+9HNOeFQQeNG+URxa"
        + "5PNLjjm1m6oXjXLVyBCi2PIToWQZrfpqWg7EwKWSjVp/f5Wv7TrRDXyO82BjTLV5LeXTPQCxVy0k6d+OxKHo3uH7YMK5XOST0/f3ZqAi"
        + "bIlYWPGQKwKXhzQBquh/qzxRE8RXjEufVpVt8IQC+y3znGIeH7+QGKr/QRfKlEzGEuWsKA5Wgce+ildTIfARAoGBAOuCuss7VufR913F"
        + "vCNTOtKxtKyR5hFsA/aYLbKtWdlPEHitJM/hUd5LfwX3f5jeAKcAicx7TE4RSDAOiWuRQj5VbwOFVKlgHlRyjYXZYglQq7cuGz/qgfUW"
        + "HAldxmlw4drEvAf14NGqD8y+loX15WvxWPiB/lkvclgZmThL0EpJAoGBANB6v6eFgy/OloD1fp1V0bThOTNc+DxA9L1oBB6tRsf3Lvyd"
        + "nTV8J5BY2xOFWY+Oj0seXVFICzu6VN8KOLp8r7sZmCZk97cjaeNYoKs6Xc7O78cVC8aqULtbyjPWWQ+0HIzisjbUhYfDMP78xHdzrkop"
        + "DbJPE1pwebieekt45GQ3AoGAXyDnIsBNUkZVjOMaI4qy7/gn6qzkKZVf5HODwfCTolt1Y8lMXUu+LfSA0oAuYikKSmrFPntvTvlcF01H"
        + "5NM/1r3boahxkhjpJ2M+Fxq/ptOXCN7u0tp+s+jCWmYuhti54gwlh3Gh5g6zYxh45JN2oCtUrMyVWKD5puxwH3VAJUECgYEAl9mAdU1r"
        + "E0w/FWk6svDKURxnJIFIEeMiID9+GLYPQyFI6RkIY+etjZca4uoTJNwqhQV15Pk7rWJ35Qk17qdY/EeVKgoK4Cr8OmrYhD98CmFyBqjO"
        + "rgJp0T33VrB+qFCBJyELu6IqLIvAyUlk9Lier0edwU2VhB8+mXldDFHe0RsCgYEAyNH3macwtF+2HmlHnh0bmUmvRAivV1J0vj4Fs6jC"
        + "vnyIIGumg4YeTUrb59/Zj4zkEOYB47o5yTD703axCDxtCLJHRoDDU5bbRIbaSYko3oFYUPNKwc8agTO8feWH/J4WDDYQdXGgDF/6Tkbk"
        + "Ah4+adZGKC/XwfK7Xf3vSdqF9zY="
}
