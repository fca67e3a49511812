package import Items
import Time

/// Why a notice was put aside instead of acted on. A person decides; the provider is told that it arrived.
package enum QuarantineReason: String, CaseIterable, Sendable {
    case referenceUnknown = "REFERENCE_UNKNOWN"
    /// It is to be paid through the other provider.
    case providerDiffers = "PROVIDER_DIFFERS"
    case amountDiffers = "AMOUNT_DIFFERS"
    case currencyDiffers = "CURRENCY_DIFFERS"
    /// Paid after the order was given up, when its goods may be someone else's.
    case paidTooLate = "PAID_TOO_LATE"
    /// More went back than was paid.
    case refundTooLarge = "REFUND_TOO_LARGE"
    /// The buyer did not get back what was counted as given back.
    case refundFailed = "REFUND_FAILED"
    /// The money is back for which goods or credits were taken back, and the buyer may have a claim to them again.
    case disputeWon = "DISPUTE_WON"
}

/// What a notice does: an outcome and the writes that make it true.
package struct Settlement: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        /// The provider is to take the money now; that it did comes by a notice of its own.
        case approved
        case paid
        case expired
        /// Nothing was paid yet, and may still be.
        case declined
        case refunded
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

extension PaymentNotice {
    /// Where a notice is put aside, in the table of the service that it was sent to.
    package func quarantineKey(in table: TableName) -> ItemKey {
        ItemKey(table, "WEBHOOK#\(provider.rawValue)#\(id)", ItemName.meta)
    }

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
