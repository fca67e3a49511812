import Items
import Time

/// Balances, ledgers and purchases.
struct CreditBooks: Sendable {
    /// Who and in which voting.
    struct Ballot: Hashable, Sendable {
        var votingID: String
        var userID: String
        var text: String { "\(votingID) \(userID)" }
    }

    /// What the ledgers say of votes: when their credits went and came.
    struct Movements: Sendable {
        var debits: [Ballot: [Timestamp]] = [:]
        var refunds: [Ballot: [Timestamp]] = [:]
    }

    private struct Account: Sendable {
        var balance = 0
        var sum = 0
        var lastAt = Timestamp(milliseconds: .min)
    }

    private struct Sale: Sendable {
        var isPaid = false
        var credits = 0
        var taken = 0
        var owed = 0
        var settledAt = Timestamp(milliseconds: .min)
        var credited: [Int] = []
        var takenBack = 0
        var owedByLedger = 0
        var lastEntryAt = Timestamp(milliseconds: .min)
    }

    private(set) var movements = Movements()
    private var accounts: [String: Account] = [:]
    private var sales: [String: Sale] = [:]

    mutating func enter(_ item: Item) throws(MalformedItem) {
        let parts = item.partitionParts
        guard parts.count == 2, let sort = item[ItemKey.sortName]?.string else { return }
        let id = String(parts[1])
        if parts[0] == "USER", sort == "BALANCE" {
            accounts[id, default: Account()].balance = try Balance(item: item).credits
        } else if parts[0] == "USER", sort.hasPrefix("LEDGER#") {
            try enterMovement(ItemReader(item, "ledger entry"), of: id)
        } else if parts[0] == "PURCHASE" {
            try enterPurchase(ItemReader(item, "purchase"), id)
        }
    }

    private mutating func enterMovement(_ entry: ItemReader, of userID: String) throws(MalformedItem) {
        let (credits, at) = (try entry.integer("credits"), try entry.time("at"))
        let (cause, reference) = (try entry.string("cause"), try entry.string("reference"))
        accounts[userID, default: Account()].sum += credits
        accounts[userID]!.lastAt = max(accounts[userID]!.lastAt, at)
        let ballot = Ballot(votingID: reference, userID: userID)
        switch (cause, credits) {
        case ("VOTE", -1): movements.debits[ballot, default: []].append(at)
        case ("VOTE_REFUND", 1): movements.refunds[ballot, default: []].append(at)
        case ("PURCHASE", 1...): sales[reference, default: Sale()].credited.append(credits)
        case ("PURCHASE_REFUND", ...0):
            sales[reference, default: Sale()].takenBack -= credits
            sales[reference]!.owedByLedger += try entry.optional("owed", entry.integer) ?? 0
        default: throw MalformedItem("ledger entry", "credits")
        }
        if cause.hasPrefix("PURCHASE") { sales[reference]!.lastEntryAt = max(sales[reference]!.lastEntryAt, at) }
    }

    private mutating func enterPurchase(_ purchase: ItemReader, _ id: String) throws(MalformedItem) {
        var sale = sales[id] ?? Sale()
        sale.isPaid = ["PAID", "REFUNDED"].contains(try purchase.string("state"))
        sale.credits = try purchase.integer("credits")
        sale.taken = try purchase.optional("creditsTaken", purchase.integer) ?? 0
        sale.owed = try purchase.optional("creditsOwed", purchase.integer) ?? 0
        sale.settledAt = try purchase.optional("settledAt", purchase.time) ?? sale.settledAt
        sales[id] = sale
    }

    func violations(in period: AuditPeriod) -> [Violation] {
        var found: [Violation] = []
        for (userID, account) in accounts {
            if account.balance < 0 { found.append(Violation(.creditsNegative, userID)) }
            if account.balance != account.sum, period.contains(account.lastAt) {
                found.append(
                    Violation(.balanceDiffers, "\(userID): \(account.balance), and by the ledger \(account.sum)"))
            }
        }
        for (id, sale) in sales where period.contains(max(sale.settledAt, sale.lastEntryAt)) {
            let isRight =
                sale.credited == (sale.isPaid ? [sale.credits] : []) && sale.takenBack == sale.taken
                && sale.owedByLedger == sale.owed
            if !isRight { found.append(Violation(.purchaseDiffers, id)) }
        }
        return found
    }
}
