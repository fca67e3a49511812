package import Domain
package import Events
import Payments
package import Services

/// Where Stripe's notices come in. The route has no authorizer: the signature over the raw body is what counts (R8).
package struct StripeWebhookDoor: Sendable {
    private let purpose: CheckoutPurpose
    private let secret: String

    /// - Parameter purpose: notices of other checkouts of ours are none of this door's business.
    package init(purpose: CheckoutPurpose, secret: String) {
        self.purpose = purpose
        self.secret = secret
    }

    /// Verifies the notice and has it settled. Every notice that is Stripe's is answered with 200, what was put aside
    /// included: sending it again would change nothing.
    package func receive(
        _ event: HTTPEvent, settling settle: (PaymentNotice) async throws -> Settlement.Outcome
    ) async throws -> HTTPReply {
        let body = try event.bodyBytes()
        let stripe: StripeEvent
        do throws(StripeWebhookError) {
            stripe = try StripeWebhook.verify(
                body: body, signatureHeader: event.header("stripe-signature") ?? "", secret: secret,
                now: event.receivedAt)
        } catch {
            return HTTPReply(error)
        }
        guard let notice = PaymentNotice(stripe, for: purpose) else { return .noticeIgnored }
        return HTTPReply(try await settle(notice))
    }
}

extension HTTPReply {
    /// 400 for every notice that is not believed, which makes Stripe report it and send it again.
    fileprivate init(_ error: StripeWebhookError) {
        let code =
            switch error {
            case .headerMalformed: "SIGNATURE_MALFORMED"
            case .signatureWrong: "SIGNATURE_WRONG"
            case .tooOld: "SIGNATURE_TOO_OLD"
            case .bodyMalformed: "NOTICE_MALFORMED"
            }
        self.init(.badRequest, code: code, message: "This is no notice of Stripe's: \(error).")
    }
}

extension PaymentNotice {
    /// Nil for an event that settles nothing, and for a checkout with another purpose.
    ///
    /// - Note: Source: Stripe documentation, "Fulfill orders" and "Types of events". A checkout may complete before a
    ///   delayed payment does; its success or failure then comes by itself. A charge tells of all its refunds together,
    ///   so that single ones need not be listened to, but for those that fail.
    init?(_ event: StripeEvent, for purpose: CheckoutPurpose) {
        func isOurs(_ metadata: [String: String]) -> Bool {
            metadata["purpose"] ?? purpose.rawValue == purpose.rawValue
        }
        if let session = event.session, isOurs(session.metadata) {
            let kind: Kind
            switch event.type {
            case "checkout.session.completed" where session.paymentStatus == .paid: kind = .paid
            case "checkout.session.async_payment_succeeded": kind = .paid
            case "checkout.session.async_payment_failed", "checkout.session.expired": kind = .failed
            default: return nil
            }
            self.init(
                id: event.id, kind: kind, reference: session.clientReferenceID, amountCents: session.amountTotal,
                currency: session.currency)
        } else if event.type == "charge.refunded", let charge = event.charge, isOurs(charge.metadata) {
            self.init(
                id: event.id, kind: .refunded, reference: charge.metadata["reference"],
                amountCents: charge.amountRefunded, currency: charge.currency)
        } else if event.type == "refund.failed", let refund = event.refund, isOurs(refund.metadata) {
            self.init(
                id: event.id, kind: .refundFailed, reference: refund.metadata["reference"], amountCents: refund.amount,
                currency: refund.currency)
        } else {
            return nil
        }
    }
}
