import Domain
import Items
import Testing
import Time

/// R8: what goes back takes its credits along, as far as there are any.
struct PurchaseRefundTests {
    static let now = Timestamp(seconds: 1_000)

    static func purchase(
        _ state: Purchase.State = .paid, refunded: Int = 0, disputed: Int = 0, taken: Int = 0, owed: Int = 0
    ) -> Purchase {
        Purchase(
            id: "P", userID: "ada", packID: "credits-10", credits: 10, amountCents: 900, currency: "usd", state: state,
            createdAt: now, refundedCents: refunded, disputedCents: disputed, creditsTaken: taken, creditsOwed: owed)
    }

    static func settlement(
        of purchase: Purchase?, refunded cents: Int?, currency: String? = "usd", credits: Int = 10,
        kind: PaymentNotice.Kind = .refunded, isQuarantined: Bool = false
    ) -> Settlement {
        decidePurchaseSettlement(
            PaymentNotice(id: "evt_9", kind: kind, reference: "P", amountCents: cents, currency: currency),
            of: purchase, credits: credits, isQuarantined: isQuarantined, at: now)
    }

    static func unchanged(_ state: String, refunded: Int = 0) -> Condition {
        .all([
            .equal("state", .string(state)),
            refunded == 0 ? .notExists("refundedCents") : .equal("refundedCents", .number(refunded)),
            .notExists("disputedCents"),
        ])
    }

    static func entry(_ credits: Int, refunded: Int, owed: Int = 0) -> ItemWrite {
        var item: Item = [
            "pk": "USER#ada", "sk": .string("LEDGER#1970-01-01T00:16:40.000Z#PURCHASE_REFUND#P#\(refunded)"),
            "credits": .number(credits), "cause": "PURCHASE_REFUND", "reference": "P", "at": 1_000_000,
        ]
        if owed > 0 { item["owed"] = .number(owed) }
        return .insert(item, in: .users)
    }

    static let key = ItemKey(.users, "PURCHASE#P", "META")
    static let balance = ItemKey(.users, "USER#ada", "BALANCE")

    @Test func `takes back all credits for all the money`() {
        let settlement = Self.settlement(of: Self.purchase(), refunded: 900, credits: 12)
        #expect(settlement.outcome == .refunded)
        #expect(
            settlement.writes == [
                .update(
                    Self.key,
                    [
                        .set("refundedCents", 900), .set("refundedAt", 1_000_000), .set("state", "REFUNDED"),
                        .set("creditsTaken", 10),
                    ], if: Self.unchanged("PAID")),
                .update(Self.balance, [.add("credits", -10)], if: .greaterOrEqual("credits", 10)),
                Self.entry(-10, refunded: 900),
            ])
    }

    @Test func `takes the credits back for what the bank took beside a refund`() {
        let settlement = Self.settlement(
            of: Self.purchase(refunded: 450, taken: 5), refunded: 450, credits: 12, kind: .disputed)
        #expect(settlement.outcome == .refunded)
        #expect(
            settlement.writes == [
                .update(
                    Self.key,
                    [
                        .set("disputedCents", 450), .set("disputedAt", 1_000_000), .set("state", "REFUNDED"),
                        .set("creditsTaken", 10),
                    ], if: Self.unchanged("PAID", refunded: 450)),
                .update(Self.balance, [.add("credits", -5)], if: .greaterOrEqual("credits", 5)),
                Self.entry(-5, refunded: 900),
            ])
    }

    @Test func `a refund beside what the bank took takes no more than there was`() {
        let settlement = Self.settlement(of: Self.purchase(disputed: 600, taken: 6), refunded: 450, credits: 12)
        #expect(settlement.outcome == .refunded)
        #expect(
            settlement.writes.contains(.update(Self.balance, [.add("credits", -4)], if: .greaterOrEqual("credits", 4))))
        #expect(settlement.writes.contains(Self.entry(-4, refunded: 900)))
    }

    @Test(arguments: [
        (PaymentNotice.Kind.disputed, 900, Settlement.Outcome.alreadySettled),
        (.disputed, 901, .quarantined(.refundTooLarge)), (.disputed, 0, .quarantined(.amountDiffers)),
        (.disputeWon, 900, .quarantined(.disputeWon)),
    ])
    func `of a dispute what was taken before, or can't be, moves nothing`(
        kind: PaymentNotice.Kind, cents: Int, outcome: Settlement.Outcome
    ) {
        let settlement = Self.settlement(
            of: Self.purchase(.refunded, disputed: 900, taken: 10), refunded: cents, kind: kind)
        #expect(settlement.outcome == outcome)
        #expect(settlement.writes.allSatisfy { write in if case .update = write { false } else { true } })
    }

    /// Never below 0 (R11): what is spent is owed.
    @Test func `takes what is left and notes the rest`() {
        #expect(
            Self.settlement(of: Self.purchase(), refunded: 900, credits: 4).writes == [
                .update(
                    Self.key,
                    [
                        .set("refundedCents", 900), .set("refundedAt", 1_000_000), .set("state", "REFUNDED"),
                        .set("creditsTaken", 4), .set("creditsOwed", 6),
                    ], if: Self.unchanged("PAID")),
                // Whoever buys more at this moment has it taken too, on the next attempt.
                .update(Self.balance, [.add("credits", -4)], if: .equal("credits", 4)),
                Self.entry(-4, refunded: 900, owed: 6),
            ])
    }

    @Test func `of nothing left all is owed`() {
        #expect(
            Self.settlement(of: Self.purchase(), refunded: 900, credits: 0).writes == [
                .update(
                    Self.key,
                    [
                        .set("refundedCents", 900), .set("refundedAt", 1_000_000), .set("state", "REFUNDED"),
                        .set("creditsOwed", 10),
                    ], if: Self.unchanged("PAID")),
                .check(Self.balance, .any([.notExists("credits"), .equal("credits", 0)])),
                Self.entry(0, refunded: 900, owed: 10),
            ])
    }

    @Test func `a part of the money takes its part of the credits, and what follows the rest`() {
        #expect(
            Self.settlement(of: Self.purchase(), refunded: 450, credits: 3).writes == [
                .update(
                    Self.key,
                    [
                        .set("refundedCents", 450), .set("refundedAt", 1_000_000), .set("creditsTaken", 3),
                        .set("creditsOwed", 2),
                    ], if: Self.unchanged("PAID")),
                .update(Self.balance, [.add("credits", -3)], if: .equal("credits", 3)),
                Self.entry(-3, refunded: 450, owed: 2),
            ])
        #expect(
            Self.settlement(of: Self.purchase(refunded: 450, taken: 3, owed: 2), refunded: 900, credits: 9).writes == [
                .update(
                    Self.key,
                    [
                        .set("refundedCents", 900), .set("refundedAt", 1_000_000), .set("state", "REFUNDED"),
                        .set("creditsTaken", 8),
                    ], if: Self.unchanged("PAID", refunded: 450)),
                .update(Self.balance, [.add("credits", -5)], if: .greaterOrEqual("credits", 5)),
                Self.entry(-5, refunded: 900),
            ])
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var purchase: Purchase? = PurchaseRefundTests.purchase()
        var kind = PaymentNotice.Kind.refunded
        var cents: Int? = 900
        var currency: String? = "usd"
        var isQuarantined = false
        var outcome: Settlement.Outcome
        var writes = 0
    }

    static let rows = [
        Row(testDescription: "all", outcome: .refunded, writes: 3),
        Row(testDescription: "less than a credit's price", cents: 89, outcome: .refunded, writes: 1),
        Row(testDescription: "just a credit's price", cents: 90, outcome: .refunded, writes: 3),
        Row(
            testDescription: "the same again", purchase: purchase(refunded: 450, taken: 5), cents: 450,
            outcome: .alreadySettled),
        Row(
            testDescription: "an earlier one, late", purchase: purchase(refunded: 450, taken: 5), cents: 100,
            outcome: .alreadySettled),
        Row(
            testDescription: "all, again", purchase: purchase(.refunded, refunded: 900, taken: 10),
            outcome: .alreadySettled),
        Row(
            testDescription: "before the payment is known", purchase: purchase(.pending), outcome: .refunded, writes: 1),
        Row(testDescription: "of what expired", purchase: purchase(.expired), outcome: .refunded, writes: 1),
        Row(testDescription: "one cent too much", cents: 901, outcome: .quarantined(.refundTooLarge), writes: 1),
        Row(testDescription: "nothing", cents: 0, outcome: .quarantined(.amountDiffers), writes: 1),
        Row(testDescription: "less than nothing", cents: -1, outcome: .quarantined(.amountDiffers), writes: 1),
        Row(testDescription: "no amount", cents: nil, outcome: .quarantined(.amountDiffers), writes: 1),
        Row(testDescription: "other currency", currency: "jpy", outcome: .quarantined(.currencyDiffers), writes: 1),
        Row(testDescription: "unknown", purchase: nil, outcome: .quarantined(.referenceUnknown), writes: 1),
        Row(testDescription: "failed", kind: .refundFailed, outcome: .quarantined(.refundFailed), writes: 1),
        Row(
            testDescription: "failed, unknown", purchase: nil, kind: .refundFailed,
            outcome: .quarantined(.refundFailed), writes: 1),
        Row(
            testDescription: "failed, again", kind: .refundFailed, isQuarantined: true,
            outcome: .quarantined(.refundFailed)),
        Row(
            testDescription: "paid, after all went back", purchase: purchase(.refunded, refunded: 900), kind: .paid,
            outcome: .alreadySettled),
        Row(
            testDescription: "failed payment, after all went back", purchase: purchase(.refunded, refunded: 900),
            kind: .failed, outcome: .alreadySettled),
        Row(testDescription: "approved", purchase: purchase(.pending), kind: .approved, outcome: .approved),
        Row(testDescription: "approved, after it was paid", kind: .approved, outcome: .alreadySettled),
        Row(
            testDescription: "approved at another amount", purchase: purchase(.pending), kind: .approved, cents: 1,
            outcome: .quarantined(.amountDiffers), writes: 1),
    ]

    @Test(arguments: rows) func `settles once and puts aside what does not fit`(row: Row) {
        let settlement = Self.settlement(
            of: row.purchase, refunded: row.cents, currency: row.currency, kind: row.kind,
            isQuarantined: row.isQuarantined)
        #expect(settlement.outcome == row.outcome)
        #expect(settlement.writes.count == row.writes)
    }

    @Test func `is nobody's money but the provider's through whom it was paid`() {
        let notice = PaymentNotice(
            provider: .paypal, id: "WH-1", kind: .paid, reference: "P", amountCents: 900, currency: "usd")
        let settlement = decidePurchaseSettlement(
            notice, of: Self.purchase(.pending), isQuarantined: false, at: Self.now)
        #expect(settlement.outcome == .quarantined(.providerDiffers))
        #expect(settlement.writes.count == 1)
    }

    @Test func `a payment that comes after its refund credits what is left of it`() {
        let settlement = Self.settlement(
            of: Self.purchase(.pending, refunded: 450), refunded: 900, kind: .paid)
        #expect(settlement.outcome == .paid)
        #expect(
            settlement.writes.prefix(2) == [
                .update(
                    Self.key,
                    [
                        .set("state", "PAID"), .set("settledAt", 1_000_000), .set("noticeID", "evt_9"),
                        .set("creditsTaken", 5),
                    ], if: Self.unchanged("PENDING", refunded: 450)),
                .update(Self.balance, [.add("credits", 5)]),
            ])
        #expect(settlement.writes.last == Self.entry(-5, refunded: 450))
        #expect(settlement.writes.count == 4)
    }

    /// Balance = Σ ledger, and nothing taken twice, whatever the order and however often.
    @Test func `ends the same in whatever order notices come`() throws {
        let notices: [(PaymentNotice.Kind, Int)] = [(.paid, 900), (.refunded, 300), (.refunded, 450), (.refunded, 900)]
        for order in permutations(Array(notices.indices)) {
            var purchase = Self.purchase(.pending)
            var (credits, ledger) = (0, 0)
            for index in order + order {
                let (kind, cents) = notices[index]
                let writes = Self.settlement(of: purchase, refunded: cents, credits: credits, kind: kind).writes
                for write in writes {
                    switch write {
                    case .update(Self.key, let updates, _):
                        var item = purchase.item
                        for case .set(let name, let value) in updates { item[name] = value }
                        purchase = try Purchase(item: item)
                    case .update(Self.balance, let updates, _):
                        for case .add("credits", let change) in updates { credits += change }
                    case .put(let item, _, _): ledger += item["credits"]?.integer ?? 0
                    default: break
                    }
                }
                #expect(credits >= 0 && credits == ledger, "\(order)")
            }
            #expect(credits == 0, "\(order)")
            #expect(purchase.state == .refunded && purchase.creditsTaken == 10 && purchase.creditsOwed == 0, "\(order)")
        }
    }

    private func permutations(_ elements: [Int]) -> [[Int]] {
        guard elements.count > 1 else { return [elements] }
        return elements.flatMap { first in permutations(elements.filter { $0 != first }).map { [first] + $0 } }
    }

    @Test func `a purchase with refunds survives its item`() throws {
        for provider in ProviderName.allCases {
            var purchase = Self.purchase(.refunded, refunded: 900, taken: 4, owed: 6)
            purchase.provider = provider
            #expect(try Purchase(item: purchase.item) == purchase)
        }
    }
}
