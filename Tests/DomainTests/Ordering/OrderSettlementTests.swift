import Domain
import Items
import Testing
import Time

struct OrderSettlementTests {
    static func payment(_ state: Payment.State) -> Payment {
        Payment(orderID: "O", amountCents: 3_670, currency: "usd", state: state)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var kind = PaymentNotice.Kind.paid
        var amount: Int? = 3_670
        var currency: String? = "usd"
        /// nil: no such order.
        var payment: Payment.State? = .awaited
        var isQuarantined = false
        var outcome: Settlement.Outcome
        var writes = 0
    }

    static let rows = [
        Row(testDescription: "paid", outcome: .paid, writes: 2),
        Row(testDescription: "paid twice", payment: .captured, outcome: .alreadySettled),
        Row(testDescription: "failed", kind: .failed, outcome: .expired, writes: 2),
        Row(testDescription: "failed twice", kind: .failed, payment: .expired, outcome: .alreadySettled),
        Row(testDescription: "failed after paid", kind: .failed, payment: .captured, outcome: .alreadySettled),
        Row(testDescription: "paid after expiry", payment: .expired, outcome: .quarantined(.paidTooLate), writes: 1),
        Row(
            testDescription: "paid after expiry, again", payment: .expired, isQuarantined: true,
            outcome: .quarantined(.paidTooLate)),
        Row(testDescription: "a cent less", amount: 3_669, outcome: .quarantined(.amountDiffers), writes: 1),
        Row(testDescription: "a cent more", amount: 3_671, outcome: .quarantined(.amountDiffers), writes: 1),
        Row(testDescription: "other currency", currency: "eur", outcome: .quarantined(.currencyDiffers), writes: 1),
        Row(testDescription: "unknown", payment: nil, outcome: .quarantined(.referenceUnknown), writes: 1),
    ]

    @Test(arguments: rows) func `pays once and puts aside what does not fit`(row: Row) {
        let notice = PaymentNotice(
            id: "evt_1", kind: row.kind, reference: "O", amountCents: row.amount, currency: row.currency)
        let order = row.payment.map { (order: OrderTests.placed, payment: Self.payment($0)) }
        let settlement = decideOrderSettlement(
            notice, of: order, isQuarantined: row.isQuarantined, at: OrderTests.now)
        #expect(settlement.outcome == row.outcome)
        #expect(settlement.writes.count == row.writes)
    }

    @Test func `has a row for every reason to put aside`() {
        let seen = Self.rows.compactMap { row in
            if case .quarantined(let reason) = row.outcome { reason } else { nil }
        }
        let others: Set<QuarantineReason> = [.providerDiffers, .refundTooLarge, .refundFailed]
        #expect(Set(seen) == Set(QuarantineReason.allCases).subtracting(others))
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
                    if: .equal("state", "AWAITED")),
                .update(
                    ItemKey(.orders, "ORDER#O", "META"),
                    [.set("state", "PAID"), .set("gsi2pk", "ORDERS#STATE#PAID")],
                    if: .equal("state", "AWAITING_PAYMENT")),
            ])
    }

    @Test func `payments survive their items`() throws {
        for state in Payment.State.allCases {
            #expect(try Payment(item: Self.payment(state).item) == Self.payment(state))
        }
    }
}
