import Domain
import Items
import Testing
import Time

struct OrderSettlementTests {
    static func payment(_ state: Payment.State, refunded: Int = 0, disputed: Int = 0) -> Payment {
        Payment(
            orderID: "O", amountCents: 3_670, currency: "usd", state: state,
            refundedCents: state == .refunded ? 3_670 : refunded, disputedCents: disputed)
    }

    /// The order of two lines, one piece of S0 and two of S1, in the state that goes with that of its payment.
    static func order(_ state: Payment.State) -> Order {
        var order = OrderTests.placed
        order.state =
            switch state {
            case .awaited: .awaitingPayment
            case .captured: .paid
            case .expired: .expired
            case .refunded: .refunded
            }
        return order
    }

    static func stock(_ pieces: Int) -> [String: Stock] {
        ["S0": Stock(sku: "S0", available: 9), "S1": Stock(sku: "S1", available: pieces)]
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var kind = PaymentNotice.Kind.paid
        var amount: Int? = 3_670
        var currency: String? = "usd"
        /// nil: no such order.
        var payment: Payment.State? = .awaited
        var stock: [String: Stock] = [:]
        var refunded = 0
        var disputed = 0
        var provider = ProviderName.stripe
        var isQuarantined = false
        var outcome: Settlement.Outcome
        var writes = 0
    }

    static let rows = [
        Row(testDescription: "paid", outcome: .paid, writes: 2),
        Row(testDescription: "paid twice", payment: .captured, outcome: .alreadySettled),
        Row(testDescription: "paid back before", payment: .refunded, outcome: .alreadySettled),
        Row(testDescription: "failed", kind: .failed, outcome: .expired, writes: 4),
        Row(testDescription: "declined", kind: .declined, outcome: .declined),
        Row(testDescription: "declined after expiry", kind: .declined, payment: .expired, outcome: .alreadySettled),
        Row(testDescription: "declined after paid", kind: .declined, payment: .captured, outcome: .alreadySettled),
        Row(testDescription: "failed twice", kind: .failed, payment: .expired, outcome: .alreadySettled),
        Row(testDescription: "failed after paid", kind: .failed, payment: .captured, outcome: .alreadySettled),
        Row(testDescription: "paid after expiry, stock not looked at", payment: .expired, outcome: .paid, writes: 4),
        Row(
            testDescription: "paid after expiry, just enough left", payment: .expired, stock: stock(2), outcome: .paid,
            writes: 4),
        Row(
            testDescription: "paid after expiry, one too few left", payment: .expired, stock: stock(1),
            outcome: .quarantined(.paidTooLate), writes: 1),
        Row(
            testDescription: "paid after expiry, put aside before, enough left by now", payment: .expired,
            stock: stock(2), isQuarantined: true, outcome: .quarantined(.paidTooLate)),
        Row(testDescription: "paid in time, nothing left for others", stock: stock(0), outcome: .paid, writes: 2),
        Row(testDescription: "approved", kind: .approved, outcome: .approved),
        Row(
            testDescription: "approved at another amount", kind: .approved, amount: 1,
            outcome: .quarantined(.amountDiffers), writes: 1),
        Row(
            testDescription: "approved after expiry", kind: .approved, payment: .expired, stock: stock(9),
            outcome: .alreadySettled),
        Row(testDescription: "approved after paid", kind: .approved, payment: .captured, outcome: .alreadySettled),
        Row(
            testDescription: "a part went back", kind: .refunded, amount: 3_669, payment: .captured, outcome: .refunded,
            writes: 1),
        Row(testDescription: "all went back", kind: .refunded, payment: .captured, outcome: .refunded, writes: 4),
        Row(
            testDescription: "the rest went back", kind: .refunded, payment: .captured, refunded: 3_669,
            outcome: .refunded, writes: 4),
        Row(
            testDescription: "as much as before", kind: .refunded, amount: 70, payment: .captured, refunded: 70,
            outcome: .alreadySettled),
        Row(
            testDescription: "less than before: an older notice", kind: .refunded, amount: 69, payment: .captured,
            refunded: 70, outcome: .alreadySettled),
        Row(testDescription: "all went back twice", kind: .refunded, payment: .refunded, outcome: .alreadySettled),
        Row(
            testDescription: "more went back than came", kind: .refunded, amount: 3_671, payment: .captured,
            outcome: .quarantined(.refundTooLarge), writes: 1),
        Row(
            testDescription: "nothing went back", kind: .refunded, amount: 0, payment: .captured,
            outcome: .quarantined(.amountDiffers), writes: 1),
        Row(
            testDescription: "another currency went back", kind: .refunded, currency: "eur", payment: .captured,
            outcome: .quarantined(.currencyDiffers), writes: 1),
        Row(testDescription: "went back before it was paid", kind: .refunded, outcome: .refunded, writes: 1),
        Row(testDescription: "paid, and all went back before", refunded: 3_670, outcome: .refunded, writes: 4),
        Row(testDescription: "paid, and a part went back before", refunded: 70, outcome: .paid, writes: 2),
        Row(testDescription: "late money went back", kind: .refunded, payment: .expired, outcome: .refunded, writes: 1),
        Row(
            testDescription: "paid too late, and all went back before", payment: .expired, stock: stock(9),
            refunded: 3_670, outcome: .refunded, writes: 1),
        Row(
            testDescription: "the bank took a part", kind: .disputed, amount: 70, payment: .captured,
            outcome: .refunded, writes: 1),
        Row(testDescription: "the bank took all", kind: .disputed, payment: .captured, outcome: .refunded, writes: 4),
        Row(
            testDescription: "the bank took what a refund had left", kind: .disputed, amount: 3_600,
            payment: .captured, refunded: 70, outcome: .refunded, writes: 4),
        Row(
            testDescription: "a refund gave what the bank had left", kind: .refunded, amount: 70, payment: .captured,
            disputed: 3_600, outcome: .refunded, writes: 4),
        Row(
            testDescription: "the bank took all twice", kind: .disputed, payment: .captured, disputed: 3_670,
            outcome: .alreadySettled),
        Row(
            testDescription: "the bank took more than came", kind: .disputed, amount: 3_671, payment: .captured,
            outcome: .quarantined(.refundTooLarge), writes: 1),
        Row(testDescription: "the bank took it before it was paid", kind: .disputed, outcome: .refunded, writes: 1),
        Row(testDescription: "paid, and the bank took all before", disputed: 3_670, outcome: .refunded, writes: 4),
        Row(
            testDescription: "the bank gave back what it took", kind: .disputeWon, payment: .refunded,
            outcome: .quarantined(.disputeWon), writes: 1),
        Row(
            testDescription: "a refund failed", kind: .refundFailed, payment: .refunded,
            outcome: .quarantined(.refundFailed), writes: 1),
        Row(
            testDescription: "by the other provider", provider: .paypal, outcome: .quarantined(.providerDiffers),
            writes: 1),
        Row(testDescription: "a cent less", amount: 3_669, outcome: .quarantined(.amountDiffers), writes: 1),
        Row(testDescription: "a cent more", amount: 3_671, outcome: .quarantined(.amountDiffers), writes: 1),
        Row(testDescription: "other currency", currency: "eur", outcome: .quarantined(.currencyDiffers), writes: 1),
        Row(testDescription: "unknown", payment: nil, outcome: .quarantined(.referenceUnknown), writes: 1),
    ]

    @Test(arguments: rows) func `pays once and puts aside what does not fit`(row: Row) {
        let notice = PaymentNotice(
            provider: row.provider, id: "evt_1", kind: row.kind, reference: "O", amountCents: row.amount,
            currency: row.currency)
        let order = row.payment.map {
            (order: Self.order($0), payment: Self.payment($0, refunded: row.refunded, disputed: row.disputed))
        }
        let settlement = decideOrderSettlement(
            notice, of: order, stock: row.stock, isQuarantined: row.isQuarantined, at: OrderTests.now)
        #expect(settlement.outcome == row.outcome)
        #expect(settlement.writes.count == row.writes)
    }

    @Test func `has a row for every reason to put aside`() {
        let seen = Self.rows.compactMap { row in
            if case .quarantined(let reason) = row.outcome { reason } else { nil }
        }
        #expect(Set(seen) == Set(QuarantineReason.allCases))
    }

    @Test func `moves payment and order together, each from where it was`() {
        let notice = PaymentNotice(id: "evt_1", kind: .paid, reference: "O", amountCents: 3_670, currency: "usd")
        let settlement = decideOrderSettlement(
            notice, of: (OrderTests.placed, Self.payment(.awaited)), isQuarantined: false, at: OrderTests.now)
        #expect(
            settlement.writes == [
                .update(
                    ItemKey(.orders, "PAY#O", "META"),
                    [.set("state", "CAPTURED"), .set("settledAt", 1_000_000), .set("noticeID", "evt_1")],
                    if: .all([.equal("state", "AWAITED"), .notExists("refundedCents"), .notExists("disputedCents")])),
                .update(
                    ItemKey(.orders, "ORDER#O", "META"),
                    [.set("state", "PAID"), .set("changedAt", 1_000_000), .set("gsi2pk", "ORDERS#STATE#PAID")],
                    if: .equal("state", "AWAITING_PAYMENT")),
            ])
    }

    @Test func `an order that was paid back gives its pieces to others`() {
        let notice = PaymentNotice(id: "evt_1", kind: .refunded, reference: "O", amountCents: 3_670, currency: "usd")
        let settlement = decideOrderSettlement(
            notice, of: (Self.order(.captured), Self.payment(.captured, refunded: 70)), isQuarantined: false,
            at: OrderTests.now)
        #expect(
            settlement.writes == [
                .update(
                    ItemKey(.orders, "PAY#O", "META"),
                    [.set("state", "REFUNDED"), .set("refundedCents", 3_670), .set("refundedAt", 1_000_000)],
                    if: .all([.equal("state", "CAPTURED"), .equal("refundedCents", 70), .notExists("disputedCents")])),
                .update(
                    ItemKey(.orders, "ORDER#O", "META"),
                    [
                        .set("state", "REFUNDED"), .set("changedAt", 1_000_000),
                        .set("gsi2pk", "ORDERS#STATE#REFUNDED"),
                    ],
                    if: .equal("state", "PAID")),
                .update(
                    ItemKey(.inventory, "STOCK#S0", "META"), [.add("available", 1), .add("reserved", -1)],
                    if: .greaterOrEqual("reserved", 1)),
                .update(
                    ItemKey(.inventory, "STOCK#S1", "META"), [.add("available", 2), .add("reserved", -2)],
                    if: .greaterOrEqual("reserved", 2)),
            ])
    }

    @Test func `payments survive their items`() throws {
        for state in Payment.State.allCases {
            #expect(try Payment(item: Self.payment(state).item) == Self.payment(state))
        }
    }
}
