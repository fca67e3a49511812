import Domain
import Items
import Testing
import Time

struct BooksTests {
    static let noon = Timestamp(seconds: 1_000_000)
    static let later = noon + Duration.seconds(1)

    static func voting(isCancelled: Bool = false, until end: Timestamp = later) -> Item {
        Voting(
            id: "encore", title: "Encore?", kind: .paid,
            options: [.init(id: "a", title: "A"), .init(id: "b", title: "B")],
            window: VotingWindow(startsAt: noon, endsAt: end), cancelledAt: isCancelled ? noon : nil,
            createdBy: "gus", createdAt: noon
        ).item
    }

    static func item(_ partition: String, _ sort: String, _ attributes: Item) -> Item {
        var item = attributes
        item["pk"] = .string(partition)
        item["sk"] = .string(sort)
        return item
    }

    static func vote(
        _ user: String, isRefunded: Bool = false, in voting: String = "encore", for option: String = "a",
        at: Timestamp = noon
    ) -> Item {
        var item = Participation.key(of: user, in: voting).attributes
        item["optionID"] = .string(option)
        item["votedAt"] = .number(Int(at.milliseconds))
        item["requestID"] = "r"
        if isRefunded { item["refundedAt"] = .number(Int(noon.milliseconds)) }
        return item
    }

    static func entry(
        _ user: String, _ credits: Int, _ cause: String, _ reference: String, at: Timestamp = noon
    ) -> Item {
        item(
            "USER#\(user)", "LEDGER#\(at)#\(cause)#\(reference)",
            [
                "credits": .number(credits), "cause": .string(cause), "reference": .string(reference),
                "at": .number(Int(at.milliseconds)),
            ])
    }

    static func balance(_ user: String, _ credits: Int) -> Item {
        item("USER#\(user)", "BALANCE", ["credits": .number(credits)])
    }

    static func purchase(_ state: String, credits: Int = 10, owed: Int? = nil) -> Item {
        var purchase: Item = ["state": .string(state), "credits": .number(credits)]
        if let owed { purchase["creditsOwed"] = .number(owed) }
        return item("PURCHASE#p", "META", purchase)
    }

    /// All was spent before it was to be taken back.
    static func owing(_ owed: Int) -> Item {
        var entry = entry("ada", 0, "PURCHASE_REFUND", "p")
        entry["owed"] = .number(owed)
        return entry
    }

    static func counts(_ kind: String, _ votes: (String, Int)..., agrees: Bool = true) -> Item {
        var counts: Item = ["countedAt": .number(Int(noon.milliseconds)), "tallyAgrees": .bool(agrees)]
        for (option, count) in votes { counts["option#\(option)"] = .number(count) }
        return item("\(kind)#encore", kind == "FINAL" ? "META" : "shard", counts)
    }

    static func stock(_ available: Int, _ reserved: Int, _ shipped: Int, _ received: Int) -> Item {
        item(
            "STOCK#cap", "META",
            [
                "available": .number(available), "reserved": .number(reserved), "shipped": .number(shipped),
                "received": .number(received),
            ])
    }

    /// An order of two caps and its payment of 30.00.
    static func orders(
        _ state: String, _ paid: String, refunded: Int? = nil, changedAt: Timestamp? = nil, settledAt: Timestamp? = nil
    ) -> [Item] {
        let line: AttributeValue = .map([
            "sku": "cap", "productID": "cap", "title": "Cap", "quantity": 2, "unitPriceCents": 1_255,
        ])
        var payment: Item = [
            "provider": "stripe", "amountCents": 3_000, "currency": "usd", "state": .string(paid),
        ]
        if let refunded { payment["refundedCents"] = .number(refunded) }
        if let settledAt { payment["settledAt"] = .number(Int(settledAt.milliseconds)) }
        var order: Item = [
            "userID": "ada", "state": .string(state), "cartVersion": 1, "deliveryCents": 490, "currency": "usd",
            "provider": "stripe", "placedAt": 0, "lines": .list([line]),
            "address": .map([
                "name": "Ada", "line1": "12 St James Square", "city": "London", "postalCode": "SW1Y 4JH",
                "country": "GB",
            ]),
        ]
        if let changedAt { order["changedAt"] = .number(Int(changedAt.milliseconds)) }
        return [item("ORDER#o", "META", order), item("PAY#o", "META", payment)]
    }

    static func message(
        _ kind: String, _ reference: String, version: Int = 1, key: String? = nil, at: Timestamp = noon
    ) -> Item {
        item(
            "INBOX#ada", key ?? "\(kind)#\(reference)#\(version)",
            [
                "kind": .string(kind), "reference": .string(reference), "version": .number(version),
                "sentAt": .number(Int(at.milliseconds)),
            ])
    }

    static func statement(_ kind: String, _ agrees: Bool, minutes: Int64) -> Item {
        let at = noon + Duration.seconds(60 * minutes)
        return item(
            "USER#ada", "CONSENT#\(kind)#\(at)#X", ["agrees": .bool(agrees), "at": .number(Int(at.milliseconds))])
    }

    /// - Parameter name: `registeredAt` or `unregisteredAt`.
    static func registration(minutes: Int64, _ name: String = "registeredAt") -> Item {
        var item = vote("ada")
        item[name] = .number(Int((noon + Duration.seconds(60 * minutes)).milliseconds))
        return item
    }

    /// Ada's vote and its debit, elsewhere or otherwise than it should be.
    static func misplaced(_ description: String, _ item: Item, _ voting: Item = voting(), at: Timestamp = noon) -> Row {
        Row(
            testDescription: description,
            users: [users[0], users[1], entry("ada", -1, "VOTE", "encore", at: at), users[3]],
            votings: [voting, item, counts("TALLY", (item["optionID"]!.string!, 1))], rules: [.voteMisplaced])
    }

    /// Ada bought ten credits and spent one on a vote, which is counted.
    static let users = [
        purchase("PAID"), entry("ada", 10, "PURCHASE", "p"), entry("ada", -1, "VOTE", "encore"), balance("ada", 9),
    ]
    static let votings = [voting(), vote("ada"), counts("TALLY", ("a", 1)), counts("FINAL", ("a", 1), ("b", 0))]
    static let refunded: [Item] = users.dropLast() + [entry("ada", 1, "VOTE_REFUND", "encore"), balance("ada", 10)]

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var users = BooksTests.users
        var votings = BooksTests.votings
        var stock = BooksTests.stock(5, 2, 3, 10)
        var orders = BooksTests.orders("PAID", "CAPTURED")
        var rules: [AuditRule] = []
    }

    static let rows = [
        Row(testDescription: "all is well"),
        Row(
            testDescription: "a second vote in another shard",
            votings: votings + [
                item("P#encore#\((Participation.shard(of: "ada") + 1) % 256)", "U#ada", vote("ada"))
            ], rules: [.voteRepeated]),
        misplaced(
            "a vote a millisecond before the start", vote("ada", at: noon - .milliseconds(1)),
            at: noon - .milliseconds(1)),
        misplaced("a vote at the end", vote("ada", at: later), at: later),
        misplaced("a vote for what is no option", vote("ada", for: "c")),
        misplaced(
            "a vote long after the cancelling", vote("ada", at: noon + Duration.seconds(61)),
            voting(isCancelled: true, until: noon + Duration.seconds(3_600)), at: noon + Duration.seconds(61)),
        Row(
            testDescription: "a vote while the cancelling is stored",
            users: [
                users[0], users[1], entry("ada", -1, "VOTE", "encore", at: noon + Duration.seconds(60)), users[3],
            ],
            votings: [
                voting(isCancelled: true, until: noon + Duration.seconds(3_600)),
                vote("ada", at: noon + Duration.seconds(60)), counts("TALLY", ("a", 1)),
            ]),
        Row(
            testDescription: "a vote in no voting", users: [], votings: [vote("ada", in: "none")],
            rules: [.voteMisplaced, .tallyDiffers]),
        Row(testDescription: "votes and no tally", votings: [voting(), vote("ada")], rules: [.tallyDiffers]),
        Row(
            testDescription: "a vote that nobody paid",
            votings: [voting(), vote("ada"), vote("ben"), counts("TALLY", ("a", 2))], rules: [.voteWithoutDebit]),
        Row(
            testDescription: "two debits for a vote",
            users: users.dropLast() + [entry("ada", -1, "VOTE", "encore", at: later), balance("ada", 8)],
            rules: [.voteWithoutDebit]),
        Row(testDescription: "a debit and no vote", votings: [voting()], rules: [.debitWithoutVote]),
        Row(
            testDescription: "a debit of another instant than the vote's",
            users: [users[0], users[1], entry("ada", -1, "VOTE", "encore", at: later), users[3]],
            rules: [.debitWithoutVote]),
        Row(
            testDescription: "a credit back of a voting that goes on", users: refunded,
            votings: [voting(), vote("ada", isRefunded: true), votings[2]], rules: [.refundWrong]),
        Row(
            testDescription: "a credit back that the vote does not know of", users: refunded,
            votings: [voting(isCancelled: true), vote("ada"), votings[2]], rules: [.refundWrong]),
        Row(
            testDescription: "a credit back that the ledger does not know of",
            votings: [voting(isCancelled: true), vote("ada", isRefunded: true), votings[2]], rules: [.refundWrong]),
        Row(
            testDescription: "a credit back of a cancelled voting", users: refunded,
            votings: [voting(isCancelled: true), vote("ada", isRefunded: true), votings[2]]),
        Row(
            testDescription: "less than nothing",
            users: users + [balance("ben", -1), entry("ben", -1, "VOTE", "encore")],
            votings: [voting(), vote("ada"), vote("ben"), counts("TALLY", ("a", 2))], rules: [.creditsNegative]),
        Row(
            testDescription: "a credit too many", users: users.dropLast() + [balance("ada", 10)],
            rules: [.balanceDiffers]),
        Row(testDescription: "no balance at all", users: users.dropLast(), rules: [.balanceDiffers]),
        Row(
            testDescription: "paid and not credited", users: [purchase("PAID")], votings: [voting()],
            rules: [.purchaseDiffers]),
        Row(
            testDescription: "credited and not paid", users: [purchase("PENDING")] + users.dropFirst(),
            rules: [.purchaseDiffers]),
        Row(
            testDescription: "credited twice",
            users: users.dropLast() + [entry("ada", 10, "PURCHASE", "p", at: later), balance("ada", 19)],
            rules: [.purchaseDiffers]),
        Row(
            testDescription: "credited otherwise than bought",
            users: [purchase("PAID", credits: 11)] + users.dropFirst(), rules: [.purchaseDiffers]),
        Row(
            testDescription: "taken back and not noted",
            users: users.dropLast() + [entry("ada", -2, "PURCHASE_REFUND", "p"), balance("ada", 7)],
            rules: [.purchaseDiffers]),
        Row(
            testDescription: "owed as it is noted",
            users: [purchase("PAID", owed: 2)] + users.dropFirst() + [owing(2)]),
        Row(
            testDescription: "owed by the ledger and not noted", users: users + [owing(2)], rules: [.purchaseDiffers]),
        Row(
            testDescription: "owed by the purchase alone", users: [purchase("PAID", owed: 2)] + users.dropFirst(),
            rules: [.purchaseDiffers]),
        Row(
            testDescription: "a vote that is not in the tally",
            votings: [voting(), vote("ada"), counts("TALLY", ("b", 0))],
            rules: [.tallyDiffers]),
        Row(
            testDescription: "a vote that is in the tally twice",
            votings: [voting(), vote("ada"), counts("TALLY", ("a", 2))], rules: [.tallyDiffers]),
        Row(
            testDescription: "a tally that is told to differ",
            votings: [
                voting(), vote("ada"), counts("TALLY", ("a", 2)), counts("FINAL", ("a", 1), ("b", 0), agrees: false),
            ]),
        Row(
            testDescription: "another vote in the end",
            votings: votings.dropLast() + [counts("FINAL", ("b", 1))], rules: [.finalDiffers]),
        Row(testDescription: "a piece that is nowhere", stock: stock(5, 2, 2, 10), rules: [.stockDiffers]),
        Row(testDescription: "a piece less than none", stock: stock(-1, 2, 9, 10), rules: [.stockDiffers]),
        Row(testDescription: "awaiting its payment", orders: orders("AWAITING_PAYMENT", "AWAITED", refunded: 3_000)),
        Row(
            testDescription: "given up, its pieces back", stock: stock(7, 0, 3, 10),
            orders: orders("EXPIRED", "EXPIRED")),
        Row(
            testDescription: "given up, its late money back", stock: stock(7, 0, 3, 10),
            orders: orders("EXPIRED", "REFUNDED", refunded: 3_000)),
        Row(
            testDescription: "paid back, its pieces back", stock: stock(7, 0, 3, 10),
            orders: orders("REFUNDED", "REFUNDED", refunded: 3_000)),
        Row(
            testDescription: "given up, its pieces still set aside", orders: orders("EXPIRED", "EXPIRED"),
            rules: [.reservedDiffers]),
        Row(testDescription: "paid, its pieces given to others", stock: stock(7, 0, 3, 10), rules: [.reservedDiffers]),
        Row(testDescription: "pieces of no order", orders: [], rules: [.reservedDiffers]),
        Row(testDescription: "paid without money", orders: orders("PAID", "AWAITED"), rules: [.orderDiffers]),
        Row(
            testDescription: "an order without a payment", orders: [orders("PAID", "CAPTURED")[0]],
            rules: [.orderDiffers]),
        Row(
            testDescription: "paid, and wholly paid back", orders: orders("PAID", "CAPTURED", refunded: 3_000),
            rules: [.orderDiffers]),
        Row(
            testDescription: "a cent too much back", orders: orders("PAID", "CAPTURED", refunded: 3_001),
            rules: [.orderDiffers]),
        Row(
            testDescription: "ended, and a cent too little back", stock: stock(7, 0, 3, 10),
            orders: orders("REFUNDED", "REFUNDED", refunded: 2_999), rules: [.orderDiffers]),
        Row(
            testDescription: "a reminder of each schedule, an update and an alert, all wanted",
            users: users + [
                statement("REMIND", true, minutes: -2), message("REMINDER", "encore"),
                message("REMINDER", "encore", version: 2), statement("UPDATES", true, minutes: -2),
                message("UPDATE", "u"), message("ALERT", "encore"),
            ], votings: [voting(), registration(minutes: -1), counts("TALLY", ("a", 1))]),
        Row(
            testDescription: "two alerts of a voting",
            users: users + [message("ALERT", "encore"), message("ALERT", "encore", version: 2)],
            votings: [voting(), registration(minutes: -1), counts("TALLY", ("a", 1))], rules: [.messageRepeated]),
        Row(
            testDescription: "an alert to someone who never registered", users: users + [message("ALERT", "encore")],
            rules: [.alertNotWanted]),
        Row(
            testDescription: "an alert to someone who never came near", users: users + [message("ALERT", "none")],
            rules: [.alertNotWanted]),
        Row(
            testDescription: "an alert before the registration was taken back",
            users: users + [message("ALERT", "encore")],
            votings: [voting(), registration(minutes: 1, "unregisteredAt"), counts("TALLY", ("a", 1))]),
        Row(
            testDescription: "an alert after the registration was taken back",
            users: users + [message("ALERT", "encore")],
            votings: [voting(), registration(minutes: -1, "unregisteredAt"), counts("TALLY", ("a", 1))],
            rules: [.alertNotWanted]),
        Row(
            testDescription: "an update under another key",
            users: users + [statement("UPDATES", true, minutes: -2), message("UPDATE", "u", key: "UPDATE#u#again")],
            rules: [.messageRepeated]),
        Row(
            testDescription: "an alert before the registration", users: users + [message("ALERT", "encore")],
            votings: [voting(), registration(minutes: 1), counts("TALLY", ("a", 1))], rules: [.alertNotWanted]),
        Row(
            testDescription:
                "an alert to someone who registered while alerts went out, an update to whom it fell in with",
            users: users + [
                message("ALERT", "encore", at: noon - Duration.seconds(30)), message("UPDATE", "u"),
                item("USER#ada", "CONSENT#UPDATES#x", ["agrees": true, "at": .number(Int(later.milliseconds))]),
            ],
            votings: [voting(), registration(minutes: 0), counts("TALLY", ("a", 1))]),
        Row(
            testDescription: "an alert after the vote",
            users: users + [message("ALERT", "encore", at: noon + Duration.seconds(60))],
            votings: [voting(), registration(minutes: -1), counts("TALLY", ("a", 1))], rules: [.alertNotWanted]),
        Row(
            testDescription: "an update that nobody agreed to", users: users + [message("UPDATE", "u")],
            rules: [.messageWithoutConsent]),
        Row(
            testDescription: "an update after the consent was withdrawn",
            users: users + [
                statement("UPDATES", true, minutes: -3), statement("UPDATES", false, minutes: -1),
                message("UPDATE", "u"),
            ], rules: [.messageWithoutConsent]),
        Row(
            testDescription: "a reminder by the consent to updates",
            users: users + [statement("UPDATES", true, minutes: -3), message("REMINDER", "encore")],
            rules: [.messageWithoutConsent]),
        Row(
            testDescription: "an entry of no known cause", users: users + [entry("eve", 0, "GIFT", "x")],
            rules: [.itemMalformed]),
    ]

    @Test(arguments: rows) func `finds what can't be, and nothing else`(row: Row) {
        var books = Books()
        for item in row.users { books.enter(item, of: .users) }
        for item in row.votings { books.enter(item, of: .votings) }
        books.enter(row.stock, of: .inventory)
        for item in row.orders { books.enter(item, of: .orders) }
        #expect(books.violations().map(\.rule) == row.rules)
    }

    @Test func `has a row for every rule`() {
        #expect(Set(Self.rows.flatMap(\.rules)) == Set(AuditRule.allCases))
    }

    @Test func `leaves out what may be under way`() {
        var books = Books()
        for item in [Self.balance("ada", 4), Self.users[2], Self.purchase("PENDING"), Self.users[1]] {
            books.enter(item, of: .users)
        }
        for item in [Self.voting(), Self.vote("ben")] { books.enter(item, of: .votings) }
        #expect(books.violations(before: Self.noon).isEmpty)
        #expect(
            books.violations(before: Self.later).map(\.rule)
                == [.voteWithoutDebit, .debitWithoutVote, .balanceDiffers, .purchaseDiffers])
    }

    /// Of messages and orders, each of its own time.
    @Test(
        arguments: [
            ([message("UPDATE", "u")], .users, [.messageWithoutConsent]),
            (orders("PAID", "AWAITED"), .orders, [.orderDiffers]),
            ([orders("PAID", "CAPTURED")[0]], .orders, [.orderDiffers]),
            (orders("PAID", "AWAITED", changedAt: noon), .orders, [.orderDiffers]),
            (orders("AWAITING_PAYMENT", "CAPTURED", settledAt: noon), .orders, [.orderDiffers]),
        ] as [([Item], TableName, [AuditRule])])
    func `leaves out messages and orders that may be under way`(items: [Item], table: TableName, rules: [AuditRule]) {
        var books = Books()
        for item in items { books.enter(item, of: table) }
        #expect(books.violations(before: Self.later).map(\.rule) == rules)
        #expect(books.violations(before: Timestamp(seconds: 0)).isEmpty)
    }

    @Test(
        arguments: [
            orders("PAID", "AWAITED", changedAt: noon), orders("AWAITING_PAYMENT", "CAPTURED", settledAt: noon),
            // Placed since the scan went past where its order stands.
            [orders("PAID", "AWAITED")[1]],
        ])
    func `leaves out an order one half of which changed since the other was read`(items: [Item]) {
        var books = Books()
        for item in items { books.enter(item, of: .orders) }
        #expect(books.violations(before: Self.noon).isEmpty)
    }
}
