import Domain
import Items
import Testing

struct OrderEventTests {
    static func item(_ state: Payment.State, _ changes: [String: AttributeValue?] = [:]) -> Item {
        changed(OrderSettlementTests.order(state).item, changes)
    }
    static func payment(_ state: Payment.State, refunded: Int, _ changes: [String: AttributeValue?] = [:]) -> Item {
        changed(OrderSettlementTests.payment(state, refunded: refunded).item, changes)
    }
    private static func changed(_ item: Item, _ changes: [String: AttributeValue?]) -> Item {
        var item = item
        for (name, value) in changes { item[name] = value }
        return item
    }
    static func told(_ before: Item?, _ after: Item?) throws -> OrderEvent? {
        try decideOrderEvent(key: (after ?? before)!, before: before, after: after)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var before: Item?
        var after: Item?
        /// nil: nobody is told.
        var kind: OrderEvent.Kind?
        var id: String?
    }
    static let rows = [
        Row(testDescription: "placed", after: item(.awaited), kind: .placed, id: "O#OrderPlaced#10"),
        Row(
            testDescription: "paid", before: item(.awaited), after: item(.captured), kind: .paid, id: "O#OrderPaid#30"),
        Row(
            testDescription: "given up", before: item(.awaited), after: item(.expired), kind: .expired,
            id: "O#OrderExpired#20"),
        Row(
            testDescription: "paid late", before: item(.expired), after: item(.captured), kind: .paid,
            id: "O#OrderPaid#30"),
        Row(
            testDescription: "paid back", before: item(.captured), after: item(.refunded), kind: .refunded,
            id: "O#OrderRefunded#90"),
        Row(
            testDescription: "a part of the payment went back", before: payment(.captured, refunded: 0),
            after: payment(.captured, refunded: 1), kind: .paymentRefunded, id: "O#PaymentRefunded#1"),
        Row(
            testDescription: "the rest of it", before: payment(.captured, refunded: 1),
            after: payment(.refunded, refunded: 0),
            kind: .paymentRefunded, id: "O#PaymentRefunded#3670"),
        Row(
            testDescription: "went back before it came", after: payment(.awaited, refunded: 3_670),
            kind: .paymentRefunded,
            id: "O#PaymentRefunded#3670"),
        Row(
            testDescription: "the bank took what a refund had left", before: payment(.captured, refunded: 70),
            after: payment(.refunded, refunded: 0, ["refundedCents": 70, "disputedCents": 3_600]),
            kind: .paymentRefunded, id: "O#PaymentRefunded#3670"),
        Row(
            testDescription: "more than there was is not back", before: payment(.refunded, refunded: 0),
            after: payment(.refunded, refunded: 0, ["disputedCents": 70])),
        Row(testDescription: "something else", before: item(.captured), after: item(.captured, ["note": "x"])),
        Row(testDescription: "gone", before: item(.captured)),
        Row(testDescription: "a payment awaited", after: payment(.awaited, refunded: 0)),
        Row(
            testDescription: "captured", before: payment(.awaited, refunded: 0), after: payment(.captured, refunded: 0)),
        Row(
            testDescription: "captured after a refund", before: payment(.awaited, refunded: 1),
            after: payment(.captured, refunded: 1)),
        Row(
            testDescription: "less is back", before: payment(.captured, refunded: 2),
            after: payment(.captured, refunded: 1)),
        Row(testDescription: "a cart", after: ["pk": "CART#ada", "sk": "META", "state": "PAID"]),
        Row(testDescription: "no key", after: ["state": "PAID"]),
    ]

    @Test(arguments: rows) func `tells what others go by, once`(row: Row) throws {
        let event = try Self.told(row.before, row.after)
        #expect(event?.kind == row.kind)
        #expect(event?.id == row.id)
    }

    @Test func `has a row for every kind of event`() {
        #expect(Set(Self.rows.compactMap(\.kind)) == Set(OrderEvent.Kind.allCases))
    }

    @Test func `of an order tells lines and amounts`() throws {
        let event = try #require(try Self.told(Self.item(.awaited), Self.item(.captured)))
        #expect(event.status == "PAID")
        #expect((event.currency, event.totalCents, event.deliveryCents) == ("usd", 3_670, 670))
        #expect(event.lines?.map(\.sku) == ["S0", "S1"])
        #expect(event.lines?.map(\.quantity) == [1, 2])
        #expect(event.lines?.map(\.unitPriceCents) == [1_000, 1_000])
        #expect(event.refundedCents == nil)
    }

    @Test func `of a payment tells how much of it is back`() throws {
        let event = try #require(try Self.told(nil, Self.payment(.captured, refunded: 500)))
        #expect((event.status, event.version, event.refundedCents, event.totalCents) == ("CAPTURED", 500, 500, 3_670))
        #expect(event.lines == nil && event.deliveryCents == nil)
    }

    /// A consumer that has seen a version may pass over any that is not above it.
    @Test func `versions rise along every way that an order can go`() {
        for state in Order.State.allCases {
            for next in state.successors { #expect(state.version < next.version) }
        }
    }

    static let malformed: [(String, Item?, Item)] = [
        ("state", item(.awaited), item(.captured, ["state": nil])),
        ("state", item(.awaited), item(.captured, ["state": "LOST"])),
        ("currency", nil, item(.awaited, ["currency": nil])),
        ("totalCents", nil, item(.awaited, ["totalCents": "much"])),
        ("deliveryCents", nil, item(.awaited, ["deliveryCents": nil])),
        ("lines", nil, item(.awaited, ["lines": "two"])),
        ("quantity", nil, item(.awaited, ["lines": .list([.map(["sku": "S0"])])])),
        ("refundedCents", nil, payment(.captured, refunded: 0, ["refundedCents": "all"])),
        ("disputedCents", nil, payment(.captured, refunded: 0, ["disputedCents": "all"])),
        ("amountCents", nil, payment(.captured, refunded: 1, ["amountCents": nil])),
        ("state", nil, payment(.captured, refunded: 1, ["state": nil])),
    ]
    @Test(arguments: malformed) func `tells nothing of what is no order, and says why`(
        attribute: String, before: Item?, after: Item
    ) {
        let error = #expect(throws: MalformedItem.self) { try Self.told(before, after) }
        #expect(error?.attribute == attribute)
    }

    @Test func `goes by nothing that it does not tell`() throws {
        let before: Item = ["pk": "ORDER#O", "sk": "META", "state": 1]
        let after = Self.item(.captured, ["address": "?", "userID": nil, "placedAt": nil, "provider": nil])
        #expect(try Self.told(before, after)?.kind == .paid)
    }
}
