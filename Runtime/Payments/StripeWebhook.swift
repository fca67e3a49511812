import Digest
import JSON
package import Time

/// Tells Stripe's notices from forged ones.
///
/// - Note: Source: Stripe documentation, "Receive Stripe events in your webhook endpoint", Verify webhook signatures
///   manually.
package enum StripeWebhook {
    /// A notice that was signed longer ago, or is to be signed later, is refused: it may be an old one sent again.
    package static let toleranceSeconds: Int64 = 300
    /// While a secret is being changed there are two; more in a header are not looked at.
    static let signaturesMax = 8

    /// Reads a notice whose signature is Stripe's.
    ///
    /// - Parameters:
    ///   - body: the bytes as they came: the signature is over them.
    ///   - signatureHeader: `Stripe-Signature`: `t=1492774577,v1=5257a8…,v1=…`.
    ///   - now: when the notice came in.
    package static func verify(
        body: [UInt8], signatureHeader: String, secret: String, now: Timestamp
    ) throws(StripeWebhookError) -> StripeEvent {
        var time: Int64?
        var signatures: [[UInt8]] = []
        for part in signatureHeader.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1).map { $0.trimmingSpaces }
            guard pair.count == 2 else { throw .headerMalformed }
            if pair[0] == "t" { time = Int64(pair[1]) }
            if pair[0] == "v1", signatures.count < signaturesMax, let bytes = bytes(hexadecimal: pair[1]) {
                signatures.append(bytes)
            }
        }
        guard let time, time >= 0, !signatures.isEmpty else { throw .headerMalformed }
        var code = HMACSHA256(key: Array(secret.utf8))
        code.update(Array("\(time).".utf8))
        code.update(body)
        let expected = code.finalize()
        guard signatures.contains(where: { isEqualInConstantTime($0, expected) }) else { throw .signatureWrong }
        let age = now.secondsRoundedDown.subtractingReportingOverflow(time)
        guard !age.overflow, abs(age.partialValue) <= toleranceSeconds else { throw .tooOld }
        return try StripeEvent(body: body)
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }
}

/// Why a notice is not believed, or can't be read.
package enum StripeWebhookError: Error, Hashable, Sendable, CustomStringConvertible {
    case headerMalformed
    case signatureWrong
    case tooOld
    /// Signed by Stripe, and not what it documents.
    case bodyMalformed(String)

    package var description: String {
        switch self {
        case .headerMalformed: "the Stripe-Signature header has no time or no signature of version 1"
        case .signatureWrong: "no signature is that of the body under the secret"
        case .tooOld: "the signature's time is more than \(StripeWebhook.toleranceSeconds) s from now"
        case .bodyMalformed(let what): "the event can't be read: \(what)"
        }
    }
}
