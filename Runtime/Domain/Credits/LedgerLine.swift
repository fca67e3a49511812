package import Items
package import Time

/// A ledger entry as its user reads it.
package struct LedgerLine: StoredEntity, Hashable {
    package var at: Timestamp
    package var credits: Int
    /// `VOTE`, `PURCHASE` and so on: see ``LedgerEntry/Cause``.
    package var cause: String
    /// The voting's or the purchase's id.
    package var reference: String
    /// What was to be taken and was spent already.
    package var owed: Int

    package init(item: Item) throws(MalformedItem) {
        let reader = ItemReader(item, "ledger entry")
        at = try reader.time("at")
        credits = try reader.integer("credits")
        cause = try reader.string("cause")
        reference = try reader.string("reference")
        owed = try reader.optional("owed", reader.integer) ?? 0
    }
}
