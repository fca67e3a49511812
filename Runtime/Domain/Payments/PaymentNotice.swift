/// Who takes the money; the buyer chooses.
package enum ProviderName: String, CaseIterable, Decodable, Sendable {
    case stripe
    case paypal
}

/// A payment provider's word on one checkout; its signature was verified before it became this.
package struct PaymentNotice: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// The buyer agreed to pay, and the provider takes the money once it is told to.
        case approved
        case paid
        /// The page was left until it closed, or a delayed payment failed.
        case failed
        /// The buyer's bank refused, and the buyer may choose another on the same page while it is open.
        case declined
        /// Money went back, by the seller's will or against it. ``amountCents`` is all that went back so far, so that
        /// it does not matter how often and in which order such notices come.
        case refunded
        /// The buyer's bank took money back, beside what the seller gave back. ``amountCents`` is all that it took.
        case disputed
        /// A dispute was decided for the seller: the bank gave back what it took.
        case disputeWon
        /// A refund that was told of before did not reach the buyer.
        case refundFailed
    }

    package var provider: ProviderName
    /// The provider's id of the notice, the same whenever it is sent again.
    package var id: String
    package var kind: Kind
    /// Our id of what is paid; nil if the checkout is not one of ours.
    package var reference: String?
    /// In the currency's smallest unit; nil if the notice has none.
    package var amountCents: Int?
    /// ISO 4217 in small letters.
    package var currency: String?

    package init(
        provider: ProviderName = .stripe, id: String, kind: Kind, reference: String?, amountCents: Int?,
        currency: String?
    ) {
        self.provider = provider
        self.id = id
        self.kind = kind
        self.reference = reference
        self.amountCents = amountCents
        self.currency = currency
    }
}
