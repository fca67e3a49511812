package import Items
package import Time

/// All that an audit compares, gathered from the tables item by item, in any order.
///
/// It keeps a few words for each vote and each entry of a ledger, not the items.
package struct Books: Sendable {
    private var votes = VoteBooks()
    private var credits = CreditBooks()
    private var messages = MessageBooks()
    private var stock = StockBooks()
    private var orders = OrderBooks()
    private var malformed: [Violation] = []

    package init() {}

    package mutating func enter(_ item: Item, of table: TableName) {
        do throws(MalformedItem) {
            switch table {
            case .votings: try votes.enter(item)
            case .users:
                try credits.enter(item)
                try messages.enter(item)
            case .inventory: try stock.enter(item)
            case .orders: try orders.enter(item)
            default: break
            }
        } catch {
            malformed.append(Violation(.itemMalformed, "\(error): \(item.keyText)"))
        }
    }

    /// Every place where a rule does not hold, in the order of the rules and of the subjects.
    ///
    /// - Parameter end: what happened from then on is left out, for it may be under way: a scan is no snapshot. nil
    ///   when nothing is.
    package func violations(before end: Timestamp? = nil) -> [Violation] {
        let period = AuditPeriod(end: end)
        let found =
            malformed + votes.violations(credits.movements, in: period) + credits.violations(in: period)
            + messages.violations(of: votes, in: period) + stock.violations
            + orders.violations(reserved: stock.reserved, in: period)
        let order = Dictionary(uniqueKeysWithValues: AuditRule.allCases.enumerated().map { ($1, $0) })
        return found.sorted { (order[$0.rule]!, $0.subject) < (order[$1.rule]!, $1.subject) }
    }
}

/// The time whose doings are over.
struct AuditPeriod {
    /// nil if all are.
    var end: Timestamp?

    func contains(_ instant: Timestamp) -> Bool { end.map { instant < $0 } ?? true }
}

extension Item {
    fileprivate var keyText: String {
        "\(self[ItemKey.partitionName]?.string ?? "?") \(self[ItemKey.sortName]?.string ?? "?")"
    }

    /// The parts of the partition key.
    var partitionParts: [Substring] {
        (self[ItemKey.partitionName]?.string ?? "").split(separator: "#", omittingEmptySubsequences: false)
    }
}
