import Domain
import Items
import Testing
import Time

struct OrderTests {
    static let now = Timestamp(seconds: 1_000)
    static let address = BillingAddress(
        name: "Ada", line1: "12 St James Square", city: "London", postalCode: "SW1Y 4JH", country: "GB")

    static func cart(_ quantities: [Int], version: Int = 3) -> Cart {
        Cart(
            userID: "ada", version: version,
            lines: quantities.enumerated().map { .init(sku: "S\($0)", productID: "P", quantity: $1) })
    }

    /// Every SKU costs 10.00.
    static func shelf(_ skus: Int, price: Int = 1_000, hidden: Bool = false, stock: [Stock] = []) -> Shelf {
        Shelf(
            (0..<skus).map { Variation(sku: "S\($0)", productID: "P", title: "Thing \($0)", priceCents: price) },
            products: [Product(id: "P", isHidden: hidden)], stock: stock)
    }

    static func request(
        _ total: Int, version: Int = 3, address: BillingAddress = address, provider: ProviderName = .stripe
    ) -> OrderRequest {
        OrderRequest(
            id: "O", userID: "ada", cartVersion: version, expectedTotalCents: total, address: address,
            provider: provider)
    }

    static func altered(_ change: (inout BillingAddress) -> Void) -> BillingAddress {
        var copy = address
        change(&copy)
        return copy
    }

    static let placed = decideOrder(request(3_670), of: cart([1, 2]), from: shelf(2), after: nil, at: now).result!

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// Two lines, three pieces: 30.00 and 4.90 + 2 × 0.90 for delivery.
        var request = OrderTests.request(3_670)
        var cart: Cart? = OrderTests.cart([1, 2])
        var shelf = OrderTests.shelf(2)
        var earlier: Order?
        var refusal: OrderRefusal?
    }

    static let fifty = [Int](repeating: 1, count: 50)
    static let rows = [
        Row(testDescription: "as previewed"),
        Row(testDescription: "placed before", cart: cart([], version: 4), earlier: placed),
        Row(
            testDescription: "placed before, other total", request: request(1), earlier: placed, refusal: .keyReused),
        Row(
            testDescription: "placed before, other cart", request: request(3_670, version: 4), earlier: placed,
            refusal: .keyReused),
        Row(
            testDescription: "placed before, other address",
            request: request(3_670, address: altered { $0.city = "Leeds" }),
            earlier: placed, refusal: .keyReused),
        Row(
            testDescription: "placed before, other provider", request: request(3_670, provider: .paypal),
            earlier: placed, refusal: .keyReused),
        Row(
            testDescription: "blank name", request: request(3_670, address: altered { $0.name = " " }),
            refusal: .addressInvalid(field: "name")),
        Row(
            testDescription: "no street", request: request(3_670, address: altered { $0.line1 = "" }),
            refusal: .addressInvalid(field: "line1")),
        Row(
            testDescription: "longest second line",
            request: request(3_670, address: altered { $0.line2 = String(repeating: "x", count: 200) })),
        Row(
            testDescription: "second line too long",
            request: request(3_670, address: altered { $0.line2 = String(repeating: "x", count: 201) }),
            refusal: .addressInvalid(field: "line2")),
        Row(
            testDescription: "one letter with many accents",
            request: request(3_670, address: altered { $0.city = "e" + String(repeating: "\u{301}", count: 100) }),
            refusal: .addressInvalid(field: "city")),
        Row(
            testDescription: "country by name", request: request(3_670, address: altered { $0.country = "UK!" }),
            refusal: .addressInvalid(field: "country")),
        Row(
            testDescription: "country in small letters",
            request: request(3_670, address: altered { $0.country = "gb" }),
            refusal: .addressInvalid(field: "country")),
        Row(testDescription: "no cart", cart: nil, refusal: .cartEmpty),
        Row(testDescription: "empty cart", cart: cart([]), refusal: .cartEmpty),
        Row(testDescription: "cart moved on", cart: cart([1, 2], version: 4), refusal: .cartChanged(version: 4)),
        Row(testDescription: "50 lines", request: request(54_900), cart: cart(fifty), shelf: shelf(50)),
        Row(
            testDescription: "51 lines", request: request(1), cart: cart(fifty + [1]), shelf: shelf(51),
            refusal: .tooManyLines(limit: 50)),
        Row(testDescription: "none of it", cart: cart([1, 0]), refusal: .quantityInvalid(sku: "S1", limit: 99)),
        Row(
            testDescription: "less than none", request: request(-510), cart: cart([-1]),
            refusal: .quantityInvalid(sku: "S0", limit: 99)),
        Row(testDescription: "99 of it", request: request(108_310), cart: cart([99])),
        Row(testDescription: "100 of it", cart: cart([100]), refusal: .quantityInvalid(sku: "S0", limit: 99)),
        Row(testDescription: "sold no more", shelf: shelf(1), refusal: .itemUnavailable(sku: "S1")),
        Row(testDescription: "hidden", shelf: shelf(2, hidden: true), refusal: .itemUnavailable(sku: "S0")),
        Row(
            testDescription: "greatest total", request: request(99_999_999), cart: cart([1]),
            shelf: shelf(1, price: 99_999_509)),
        Row(
            testDescription: "total one too great", request: request(100_000_000), cart: cart([1]),
            shelf: shelf(1, price: 99_999_510), refusal: .totalTooLarge(limitCents: 99_999_999)),
        Row(
            testDescription: "just enough in stock",
            shelf: shelf(2, stock: [Stock(sku: "S0", available: 1), Stock(sku: "S1", available: 2)])),
        Row(
            testDescription: "one too few in stock",
            shelf: shelf(2, stock: [Stock(sku: "S0", available: 1), Stock(sku: "S1", available: 1)]),
            refusal: .outOfStock([.init(sku: "S1", available: 1)])),
        Row(
            testDescription: "a cent less expected", request: request(3_669), refusal: .priceChanged(totalCents: 3_670)),
        Row(
            testDescription: "a cent more expected", request: request(3_671), refusal: .priceChanged(totalCents: 3_670)),
    ]

    @Test(arguments: rows) func `refuses for the first reason that holds`(row: Row) {
        let decision = decideOrder(row.request, of: row.cart, from: row.shelf, after: row.earlier, at: Self.now)
        #expect(decision.refusal == row.refusal)
        let lines = row.refusal == nil && row.earlier == nil ? (row.cart?.lines.count ?? 0) + 3 : 0
        #expect(decision.writes.count == lines)
    }

    @Test func `has a row for every refusal`() {
        #expect(Set(Self.rows.compactMap(\.refusal?.code)) == Set(OrderRefusal.Code.allCases))
    }

    @Test func `sets stock aside only if there is enough, and empties the cart it read`() {
        let writes = decideOrder(
            Self.request(3_670), of: Self.cart([1, 2]), from: Self.shelf(2), after: nil, at: Self.now
        ).writes
        #expect(
            writes.dropFirst(2) == [
                .update(
                    ItemKey(.orders, "CART#ada", "META"), [.set("lines", .list([])), .set("version", 4)],
                    if: .equal("version", 3)),
                .update(
                    ItemKey(.inventory, "STOCK#S0", "META"), [.add("available", -1), .add("reserved", 1)],
                    if: .greaterOrEqual("available", 1)),
                .update(
                    ItemKey(.inventory, "STOCK#S1", "META"), [.add("available", -2), .add("reserved", 2)],
                    if: .greaterOrEqual("available", 2)),
            ])
    }

    /// R71: one calculation for the preview and the charge.
    @Test func `charges what the preview shows`() {
        let preview = quoteOrder(Self.cart([1, 2]), from: Self.shelf(2)).result
        #expect(preview?.totalCents == 3_670)
        #expect(Self.placed.quote == preview)
    }

    @Test(arguments: [(0, 0), (1, 490), (2, 580), (99, 9_310)]) func `delivers by the piece`(pieces: Int, cents: Int) {
        #expect(OrderTerms.deliveryCents(pieces: pieces) == cents)
    }

    @Test func `one SKU twice in a stored cart is that SKU twice`() throws {
        let line: AttributeValue = .map(["sku": "S", "productID": "P", "quantity": 2])
        let cart = try Cart(item: ["pk": "CART#ada", "sk": "META", "version": 1, "lines": .list([line, line])])
        #expect(cart.lines == [.init(sku: "S", productID: "P", quantity: 4)])
    }

    @Test func `orders survive their items`() throws {
        #expect(try Order(item: Self.placed.item) == Self.placed)
        var order = Self.placed
        order.address.line2 = "Flat 3"
        #expect(try Order(item: order.item) == order)
    }

    @Test(arguments: [(0, true), (899_999, true), (900_000, false)] as [(Int64, Bool)])
    func `can be paid for 15 minutes`(age: Int64, opens: Bool) {
        #expect(Self.placed.opensCheckout(at: Self.now + .milliseconds(age)) == opens)
        var paid = Self.placed
        paid.state = .paid
        #expect(!paid.opensCheckout(at: Self.now + .milliseconds(age)))
    }
}
