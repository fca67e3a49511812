import Domain
import Items
import Testing
import Time

struct ReleaseTests {
    static let due = OrderTests.now + .seconds(900)

    @Test(
        arguments: [
            (.awaited, 899_999, .notDue), (.awaited, 870_000, .notDue), (.awaited, 869_999, .notNeeded),
            (.captured, 899_999, .notNeeded), (.captured, 900_000, .notNeeded),
            (.expired, 900_000, .notNeeded), (.refunded, 900_000, .notNeeded),
        ] as [(Payment.State, Int64, Release)])
    func `leaves orders alone that can be paid yet, need no payment, or were not to be placed when it was asked for`(
        state: Payment.State, age: Int64, release: Release
    ) {
        let order = (OrderSettlementTests.order(state), OrderSettlementTests.payment(state))
        #expect(decideRelease(of: order, at: OrderTests.now + .milliseconds(age)) == release)
    }

    @Test func `needs an order`() {
        #expect(decideRelease(of: nil, at: Self.due) == .notNeeded)
    }

    @Test func `gives up payment, order and pieces together, each from where it waits`() {
        let order = (OrderSettlementTests.order(.awaited), OrderSettlementTests.payment(.awaited))
        #expect(
            decideRelease(of: order, at: Self.due)
                == .givenUp([
                    .update(
                        ItemKey(.orders, "PAY#O", "META"),
                        [.set("state", "EXPIRED"), .set("settledAt", 1_900_000)],
                        if: .all([.equal("state", "AWAITED"), .notExists("refundedCents"), .notExists("disputedCents")])
                    ),
                    .update(
                        ItemKey(.orders, "ORDER#O", "META"),
                        [
                            .set("state", "EXPIRED"), .set("changedAt", 1_900_000),
                            .set("gsi2pk", "ORDERS#STATE#EXPIRED"),
                        ],
                        if: .equal("state", "AWAITING_PAYMENT")),
                    .update(
                        ItemKey(.inventory, "STOCK#S0", "META"), [.add("available", 1), .add("reserved", -1)],
                        if: .greaterOrEqual("reserved", 1)),
                    .update(
                        ItemKey(.inventory, "STOCK#S1", "META"), [.add("available", 2), .add("reserved", -2)],
                        if: .greaterOrEqual("reserved", 2)),
                ]))
    }

    /// Late money takes what the release gave back, under the condition of a new order.
    @Test func `an order paid after all takes its pieces again if there are as many`() {
        let notice = PaymentNotice(id: "evt_1", kind: .paid, reference: "O", amountCents: 3_670, currency: "usd")
        let settlement = decideOrderSettlement(
            notice, of: (OrderSettlementTests.order(.expired), OrderSettlementTests.payment(.expired)),
            isQuarantined: false, at: Self.due)
        #expect(
            settlement.writes.dropFirst(2) == [
                .update(
                    ItemKey(.inventory, "STOCK#S0", "META"), [.add("available", -1), .add("reserved", 1)],
                    if: .greaterOrEqual("available", 1)),
                .update(
                    ItemKey(.inventory, "STOCK#S1", "META"), [.add("available", -2), .add("reserved", 2)],
                    if: .greaterOrEqual("available", 2)),
            ])
    }

    @Test func `orders go along a graph that ends`() {
        var reached: Set<Order.State> = [.awaitingPayment]
        // Each round goes one step further.
        for _ in Order.State.allCases {
            for state in reached { reached.formUnion(state.successors) }
        }
        #expect(reached == Set(Order.State.allCases))
        #expect(Order.State.refunded.successors.isEmpty)
        // Nothing leads back to where a payment is awaited: one order is not asked to be paid twice.
        #expect(Order.State.allCases.allSatisfy { !$0.successors.contains(.awaitingPayment) })
    }

    @Test(
        arguments: [
            (Stock(sku: "S", available: 1, reserved: 2, shipped: 3), true),
            (Stock(sku: "S", available: 1, reserved: 2, shipped: 3, received: 7), false),
            (Stock(sku: "S", available: -1, reserved: 2, shipped: 0), false),
            (Stock(sku: "S", available: 2, reserved: -1, shipped: 0), false),
            (Stock(sku: "S", available: 0, reserved: 0, shipped: 0), true),
        ]) func `each piece is in one place`(stock: Stock, addsUp: Bool)
    {
        #expect(stock.addsUp == addsUp)
    }
}
