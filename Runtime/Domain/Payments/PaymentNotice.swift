package import Items
import Time

/// A payment provider's word on one checkout; its signature was verified before it became this.
package struct PaymentNotice: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case paid
        /// The page was left until it closed, or a delayed payment failed.
        case failed
    }

    /// The provider's id of the notice, the same whenever it is sent again.
    package var id: String
    package var kind: Kind
    /// Our id of what is paid; nil if the checkout is not one of ours.
    package var reference: String?
    /// In the currency's smallest unit; nil if the notice has none.
    package var amountCents: Int?
    package var currency: String?

    package init(id: String, kind: Kind, reference: String?, amountCents: Int?, currency: String?) {
        self.id = id
        self.kind = kind
        self.reference = reference
        self.amountCents = amountCents
        self.currency = currency
    }
}

/// Why a notice was put aside instead of acted on. A person decides; the provider is told that it arrived.
package enum QuarantineReason: String, CaseIterable, Sendable {
    case referenceUnknown = "REFERENCE_UNKNOWN"
    case amountDiffers = "AMOUNT_DIFFERS"
    case currencyDiffers = "CURRENCY_DIFFERS"
    /// Paid after the order was given up, when its goods may be someone else's.
    case paidTooLate = "PAID_TOO_LATE"
}

/// What a notice does: an outcome and the writes that make it true.
package struct Settlement: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        case paid
        case expired
        /// A duplicate, or a notice that comes after the matter is settled.
        case alreadySettled
        case quarantined(QuarantineReason)
    }

    package var outcome: Outcome
    package var writes: [ItemWrite]

    init(_ outcome: Outcome, _ writes: [ItemWrite] = []) {
        self.outcome = outcome
        self.writes = writes
    }
}

/// Times agreed with the payment provider.
package enum PaymentTerms {
    /// How long a hosted page can be paid, from when its purchase or order was stored.
    package static let checkoutLifetime: Duration = .seconds(60 * 60)
    /// How long the page can be opened, or opened again. Stripe takes pages that stay for 30 minutes at least, as it
    /// counts, so a page whose first opening failed must be opened while there is more than that left.
    package static let checkoutOpeningTime: Duration = .seconds(29 * 60)
}

extension PaymentNotice {
    /// Where a notice is put aside, in the table of the service that it was sent to.
    package func quarantineKey(in table: TableName) -> ItemKey { ItemKey(table, "WEBHOOK#stripe#" + id, ItemName.meta) }

    /// Puts the notice aside, once.
    func settlement(
        quarantinedFor reason: QuarantineReason, alreadyDone: Bool, in table: TableName, at now: Timestamp
    ) -> Settlement {
        guard !alreadyDone else { return Settlement(.quarantined(reason)) }
        var item = quarantineKey(in: table).attributes
        item["reason"] = .string(reason.rawValue)
        item["receivedAt"] = .time(now)
        if let reference { item["reference"] = .string(reference) }
        if let amountCents { item["amountCents"] = .number(amountCents) }
        if let currency { item["currency"] = .string(currency) }
        return Settlement(.quarantined(reason), [.insert(item, in: table)])
    }
}
