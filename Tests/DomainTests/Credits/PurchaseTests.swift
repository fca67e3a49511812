import Domain
import Items
import Testing
import Time

struct PurchaseTests {
    static let now = Timestamp(seconds: 1_000)

    static func purchase(_ state: Purchase.State = .pending, pack: String = "credits-10") -> Purchase {
        Purchase(
            id: "P", userID: "ada", packID: pack, credits: 10, amountCents: 900, currency: "usd", state: state,
            createdAt: now)
    }

    @Test func `prices the pack itself and stores the purchase before anything else`() {
        let decision = decidePurchase(of: "credits-10", through: .stripe, id: "P", by: "ada", after: nil, at: Self.now)
        #expect(decision.result == Self.purchase())
        #expect(decision.writes == [.insert(Self.purchase().item, in: .users)])
    }

    @Test(
        arguments: [
            ("credits-11", nil, .packUnknown), ("", purchase(), .packUnknown), ("credits-50", purchase(), .keyReused),
            ("credits-10", purchase(.paid), nil), ("credits-10", purchase(.expired), nil),
        ] as [(String, Purchase?, PurchaseRefusal?)])
    func `refuses for the first reason that holds`(pack: String, earlier: Purchase?, refusal: PurchaseRefusal?) {
        let decision = decidePurchase(of: pack, through: .stripe, id: "P", by: "ada", after: earlier, at: Self.now)
        #expect(decision.refusal == refusal)
        #expect(decision.writes.isEmpty)
        #expect(refusal != nil || decision.result == earlier)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var kind = PaymentNotice.Kind.paid
        var amount: Int? = 900
        var currency: String? = "usd"
        var purchase: Purchase? = PurchaseTests.purchase()
        var isQuarantined = false
        var outcome: Settlement.Outcome
        var writes = 0
    }

    static let rows = [
        Row(testDescription: "paid", outcome: .paid, writes: 3),
        Row(testDescription: "paid twice", purchase: purchase(.paid), outcome: .alreadySettled),
        Row(
            testDescription: "paid twice, other amount", amount: 1, purchase: purchase(.paid), outcome: .alreadySettled),
        Row(testDescription: "paid after it expired", purchase: purchase(.expired), outcome: .paid, writes: 3),
        Row(testDescription: "failed", kind: .failed, outcome: .expired, writes: 1),
        Row(testDescription: "declined", kind: .declined, outcome: .declined),
        Row(
            testDescription: "declined after expiry", kind: .declined, purchase: purchase(.expired),
            outcome: .alreadySettled),
        Row(
            testDescription: "declined after paid", kind: .declined, purchase: purchase(.paid), outcome: .alreadySettled
        ),
        Row(testDescription: "failed twice", kind: .failed, purchase: purchase(.expired), outcome: .alreadySettled),
        Row(testDescription: "failed after paid", kind: .failed, purchase: purchase(.paid), outcome: .alreadySettled),
        Row(testDescription: "one cent less", amount: 899, outcome: .quarantined(.amountDiffers), writes: 1),
        Row(testDescription: "one cent more", amount: 901, outcome: .quarantined(.amountDiffers), writes: 1),
        Row(testDescription: "no amount", amount: nil, outcome: .quarantined(.amountDiffers), writes: 1),
        Row(testDescription: "other currency", currency: "jpy", outcome: .quarantined(.currencyDiffers), writes: 1),
        Row(testDescription: "no currency", currency: nil, outcome: .quarantined(.currencyDiffers), writes: 1),
        Row(
            testDescription: "amount differs, again", amount: 899, isQuarantined: true,
            outcome: .quarantined(.amountDiffers)),
        Row(testDescription: "unknown", purchase: nil, outcome: .quarantined(.referenceUnknown), writes: 1),
        Row(
            testDescription: "unknown, again", purchase: nil, isQuarantined: true,
            outcome: .quarantined(.referenceUnknown)
        ),
    ]

    @Test(arguments: rows) func `settles once and puts aside what does not fit`(row: Row) {
        let notice = PaymentNotice(
            id: "evt_1", kind: row.kind, reference: "P", amountCents: row.amount, currency: row.currency)
        let settlement = decidePurchaseSettlement(
            notice, of: row.purchase, isQuarantined: row.isQuarantined, at: Self.now)
        #expect(settlement.outcome == row.outcome)
        #expect(settlement.writes.count == row.writes)
    }

    /// R8: exactly once, even when two notices are settled at the same moment.
    @Test func `credits on condition that the purchase is not paid yet`() {
        let notice = PaymentNotice(id: "evt_1", kind: .paid, reference: "P", amountCents: 900, currency: "usd")
        let writes = decidePurchaseSettlement(notice, of: Self.purchase(), isQuarantined: false, at: Self.now).writes
        #expect(
            writes == [
                .update(
                    ItemKey(.users, "PURCHASE#P", "META"),
                    [.set("state", "PAID"), .set("settledAt", 1_000_000), .set("noticeID", "evt_1")],
                    if: .all([.equal("state", "PENDING"), .notExists("refundedCents"), .notExists("disputedCents")])),
                .update(ItemKey(.users, "USER#ada", "BALANCE"), [.add("credits", 10)]),
                .insert(
                    [
                        "pk": "USER#ada", "sk": "LEDGER#1970-01-01T00:16:40.000Z#PURCHASE#P", "credits": 10,
                        "cause": "PURCHASE", "reference": "P", "at": 1_000_000,
                    ], in: .users),
            ])
    }

    @Test(
        arguments: [
            (0, true, "PENDING"), (1_739_999, true, "PENDING"), (1_740_000, false, "PENDING"),
            (3_599_999, false, "PENDING"), (3_600_000, false, "EXPIRED"),
        ] as [(Int64, Bool, String)])
    func `can be opened for 29 minutes and paid for an hour`(age: Int64, opens: Bool, state: String) {
        let now = Self.now + .milliseconds(age)
        #expect(Self.purchase().opensCheckout(at: now) == opens)
        #expect(Self.purchase().state(at: now).rawValue == state)
        #expect(Self.purchase(.paid).state(at: now) == .paid)
        #expect(!Self.purchase(.paid).opensCheckout(at: now))
    }

    @Test(arguments: Purchase.State.allCases) func `survives its item`(state: Purchase.State) throws {
        #expect(try Purchase(item: Self.purchase(state).item) == Self.purchase(state))
        var broken = Self.purchase(state).item
        broken["state"] = "LOST"
        #expect(throws: MalformedItem("purchase", "state")) { try Purchase(item: broken) }
    }

    @Test func `packs have their own names and no price of nothing`() {
        #expect(Set(CreditPack.all.map(\.id)).count == CreditPack.all.count)
        #expect(CreditPack.all.allSatisfy { $0.priceCents > 0 && $0.credits > 0 })
    }
}
