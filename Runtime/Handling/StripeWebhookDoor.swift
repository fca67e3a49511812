package import Domain
package import Events
package import Payments
package import Services

/// Where Stripe's notices come in. The route has no authorizer: the signature over the raw body is what counts (R8).
package struct StripeWebhookDoor: Sendable {
    private let purpose: CheckoutPurpose
    private let secret: String
    private let stripe: StripeCheckout

    /// - Parameters:
    ///   - purpose: notices of other checkouts of ours are none of this door's business.
    ///   - secret: what Stripe signs by that it sends to this door, and to no other.
    package init(purpose: CheckoutPurpose, secret: String, stripe: StripeCheckout) {
        self.purpose = purpose
        self.secret = secret
        self.stripe = stripe
    }

    /// Verifies the notice and has it settled. Every notice that is Stripe's is answered with 200, what was put aside
    /// included: sending it again would change nothing.
    ///
    /// - Throws: what makes Stripe send the notice again.
    package func receive(
        _ event: HTTPEvent, settling settle: (PaymentNotice) async throws -> Settlement.Outcome
    ) async throws -> HTTPReply {
        let body = try event.bodyBytes()
        let notified: StripeEvent
        do throws(StripeWebhookError) {
            notified = try StripeWebhook.verify(
                body: body, signatureHeader: event.header("stripe-signature") ?? "", secret: secret,
                now: event.receivedAt)
        } catch {
            return HTTPReply(error)
        }
        guard let notice = try notice(of: notified) else { return .noticeIgnored }
        return HTTPReply(try await settle(notice))
    }

    private func notice(of event: StripeEvent) throws(ServiceError) -> PaymentNotice? {
        guard let dispute = event.dispute, let kind = PaymentNotice.Kind(disputeEvent: event.type) else {
            return PaymentNotice(event, for: purpose)
        }
        // Only the charge says what was paid for, and at which door. Of none that Stripe knows all doors are told.
        let metadata =
            try dispute.chargeID.flatMap { id throws(ServiceError) in try stripe.charge(id) }?.metadata ?? [:]
        guard purpose.concerns(metadata) else { return nil }
        return PaymentNotice(
            id: event.id, kind: kind, reference: metadata["reference"], amountCents: dispute.amount,
            currency: dispute.currency)
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

extension CheckoutPurpose {
    /// Whether this is what a checkout said that it is for, if it said so.
    fileprivate func concerns(_ metadata: [String: String]) -> Bool {
        metadata["purpose"] ?? rawValue == rawValue
    }
}

extension PaymentNotice.Kind {
    /// Nil for what moves no money: a dispute that is announced, answered or closed.
    ///
    /// - Note: Source: Stripe documentation, "Types of events", `charge.dispute.…`.
    fileprivate init?(disputeEvent type: String) {
        switch type {
        case "charge.dispute.funds_withdrawn": self = .disputed
        case "charge.dispute.funds_reinstated": self = .disputeWon
        default: return nil
        }
    }
}

extension PaymentNotice {
    /// Nil for an event that settles nothing, and for a checkout with another purpose.
    ///
    /// - Note: Source: Stripe documentation, "Fulfill orders" and "Types of events". A checkout may complete before a
    ///   delayed payment does; its success or failure then comes by itself. A charge tells of all its refunds together,
    ///   so that single ones need not be listened to, but for those that fail.
    init?(_ event: StripeEvent, for purpose: CheckoutPurpose) {
        if let session = event.session, purpose.concerns(session.metadata) {
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
        } else if event.type == "charge.refunded", let charge = event.charge, purpose.concerns(charge.metadata) {
            self.init(
                id: event.id, kind: .refunded, reference: charge.metadata["reference"],
                amountCents: charge.amountRefunded, currency: charge.currency)
        } else if event.type == "refund.failed", let refund = event.refund, purpose.concerns(refund.metadata) {
            self.init(
                id: event.id, kind: .refundFailed, reference: refund.metadata["reference"], amountCents: refund.amount,
                currency: refund.currency)
        } else {
            return nil
        }
    }
}
