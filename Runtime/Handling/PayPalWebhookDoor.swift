package import Domain
package import Events
package import Payments
package import Services

/// Where PayPal's notices come in. The route has no authorizer: PayPal is asked whether it sent these very bytes (R8).
package struct PayPalWebhookDoor: Sendable {
    private let purpose: CheckoutPurpose
    private let webhookID: String
    private let paypal: PayPalCheckout

    /// - Parameters:
    ///   - purpose: notices of other checkouts of ours are none of this door's business.
    ///   - webhookID: PayPal's id of this door.
    package init(purpose: CheckoutPurpose, webhookID: String, paypal: PayPalCheckout) {
        self.purpose = purpose
        self.webhookID = webhookID
        self.paypal = paypal
    }

    /// Verifies the notice and has it settled. If that says that the buyer's money may be taken, PayPal is told to;
    /// that it was taken comes by a notice of its own, which alone counts.
    ///
    /// - Throws: what makes PayPal send the notice again.
    package func receive(
        _ event: HTTPEvent, settling settle: (PaymentNotice) async throws -> Settlement.Outcome
    ) async throws -> HTTPReply {
        let paypalEvent: PayPalEvent
        do {
            paypalEvent = try await PayPalWebhook.verify(
                body: try event.bodyBytes(), header: event.header, webhookID: webhookID, by: paypal)
        } catch let error as PayPalWebhookError {
            return HTTPReply(error)
        }
        guard let notice = PaymentNotice(paypalEvent, for: purpose) else { return .noticeIgnored }
        let outcome = try await settle(notice)
        guard outcome == .approved, let orderID = paypalEvent.orderID else { return HTTPReply(outcome) }
        return switch try await paypal.capture(orderID: orderID, requestID: notice.id) {
        case .captured: HTTPReply(notice: "CAPTURED")
        case .declined: HTTPReply(notice: "DECLINED")
        }
    }
}

extension HTTPReply {
    /// 400 for every notice that is not believed, which makes PayPal report it and send it again.
    fileprivate init(_ error: PayPalWebhookError) {
        let code =
            switch error {
            case .headerMalformed: "SIGNATURE_MALFORMED"
            case .certificateElsewhere: "CERTIFICATE_ELSEWHERE"
            case .signatureWrong: "SIGNATURE_WRONG"
            case .bodyMalformed: "NOTICE_MALFORMED"
            }
        self.init(.badRequest, code: code, message: "This is no notice of PayPal's: \(error).")
    }
}

extension PaymentNotice {
    /// Nil for an event that settles nothing, and for a checkout with another purpose.
    ///
    /// - Note: Source: PayPal REST API Reference, "Webhook event names", Orders v2 and Payments v2. A refund tells of
    ///   all that went back so far; a reversal that does not is of all there was.
    init?(_ event: PayPalEvent, for purpose: CheckoutPurpose) {
        guard event.purpose ?? purpose == purpose else { return nil }
        var amount = event.amount
        let kind: Kind
        switch event.type {
        case PayPalEvent.orderApproved: kind = .approved
        case "PAYMENT.CAPTURE.COMPLETED": kind = .paid
        case "PAYMENT.CAPTURE.DENIED", "PAYMENT.CAPTURE.DECLINED": kind = .declined
        case "CHECKOUT.PAYMENT-APPROVAL.REVERSED": kind = .failed
        case "PAYMENT.CAPTURE.REFUNDED":
            kind = .refunded
            amount = event.amountRefunded
        case "PAYMENT.CAPTURE.REVERSED":
            kind = .refunded
            amount = event.amountRefunded ?? event.amount
        case "PAYMENT.REFUND.FAILED": kind = .refundFailed
        default: return nil
        }
        self.init(
            provider: .paypal, id: event.id, kind: kind, reference: event.reference, amountCents: amount,
            currency: event.currency)
    }
}
