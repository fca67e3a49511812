import JSON
import Services

/// Tells PayPal's notices from forged ones, by asking PayPal.
///
/// The other way is to do it here: RSA-SHA256 over transmission id, time, webhook id and CRC-32 of the body, with the
/// public key of a certificate that is fetched from PayPal. That needs RSA and X.509 in the function, which would bring
/// Foundation and OpenSSL's size or code of our own where mistakes are forgeries; it saves one call for each notice,
/// which no buyer waits for. What the call costs stands in the README.
///
/// - Note: Source: PayPal REST API Reference, "Verify webhook signature"; PayPal Developer, "Webhooks: Integration".
///   PayPal sends a notice for three days until it is answered with 2xx, so its time says little; what settles it once
///   is the state of what is paid.
package enum PayPalWebhook {
    /// Reads a notice that PayPal vouches for.
    ///
    /// - Parameters:
    ///   - body: the bytes as they came.
    ///   - header: the value of a header by its name in small letters.
    ///   - webhookID: PayPal's id of the address that the notice was sent to.
    package static func verify(
        body: [UInt8], header: (String) -> String?, webhookID: String, by paypal: PayPalCheckout
    ) async throws -> PayPalEvent {
        let transmission = try PayPalTransmission(header: header)
        // One JSON value and nothing after it, for it becomes part of the question.
        let json: JSONValue
        do throws(JSONSyntaxError) { json = try parseJSON(body) } catch {
            throw PayPalWebhookError.bodyMalformed("no JSON")
        }
        guard json.object != nil else { throw PayPalWebhookError.bodyMalformed("no object") }
        guard try paypal.isSent(body, by: transmission, to: webhookID) else { throw PayPalWebhookError.signatureWrong }
        return try PayPalEvent(json)
    }
}

/// What PayPal says of a notice beside it.
struct PayPalTransmission: Hashable, Sendable {
    static let algorithm = "SHA256withRSA"
    /// Bounds of PayPal's reference.
    private static let (idCharactersMax, timeCharactersMax, longCharactersMax) = (50, 100, 500)
    /// Where PayPal's certificates are: a notice that names another place is forged, and PayPal need not be asked.
    private static let certificateFolders = [
        "https://api.paypal.com/v1/notifications/certs/", "https://api-m.paypal.com/v1/notifications/certs/",
        "https://api.sandbox.paypal.com/v1/notifications/certs/",
        "https://api-m.sandbox.paypal.com/v1/notifications/certs/",
    ]

    var id: String
    var time: String
    var signature: String
    var certificateURL: String

    init(header: (String) -> String?) throws(PayPalWebhookError) {
        func required(_ name: String, _ charactersMax: Int) throws(PayPalWebhookError) -> String {
            guard let value = header(name), (1...charactersMax).contains(value.utf8.count) else {
                throw .headerMalformed
            }
            return value
        }
        id = try required("paypal-transmission-id", Self.idCharactersMax)
        time = try required("paypal-transmission-time", Self.timeCharactersMax)
        signature = try required("paypal-transmission-sig", Self.longCharactersMax)
        certificateURL = try required("paypal-cert-url", Self.longCharactersMax)
        guard try required("paypal-auth-algo", Self.timeCharactersMax) == Self.algorithm else { throw .headerMalformed }
        let certificate = certificateURL
        guard let folder = Self.certificateFolders.first(where: certificate.hasPrefix),
            certificate.dropFirst(folder.count).utf8.allSatisfy(\.isNameByte)
        else { throw .certificateElsewhere }
    }
}

extension UInt8 {
    fileprivate var isNameByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

/// Why a notice is not believed, or can't be read.
package enum PayPalWebhookError: Error, Hashable, Sendable, CustomStringConvertible {
    case headerMalformed
    case certificateElsewhere
    case signatureWrong
    /// Sent by PayPal, and not what it documents.
    case bodyMalformed(String)

    package var description: String {
        switch self {
        case .headerMalformed: "a PAYPAL-… header is missing, too long or of another algorithm"
        case .certificateElsewhere: "the certificate is not at PayPal's"
        case .signatureWrong: "PayPal does not know it"
        case .bodyMalformed(let what): "the event can't be read: \(what)"
        }
    }
}
