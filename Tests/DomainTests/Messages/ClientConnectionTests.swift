import Domain
import Items
import Testing
import Time

struct ClientConnectionTests {
    static let now = Timestamp(seconds: 1_000_000)
    /// Of ages in seconds.
    static func row(_ place: Int, age: Int64 = 10, id: String? = nil) -> ClientConnection {
        ClientConnection(userID: "ada", place: place, connectionID: id ?? "c\(place)", connectedAt: now - .seconds(age))
    }
    static let full = (0..<10).map { row($0, age: Int64($0 == 7 ? 99 : 10 + $0)) }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var others: [ClientConnection] = []
        /// nil: nothing is written.
        var place: Int?
        var condition: Condition?
        var evicted: String?
    }
    static let rows = [
        Row(testDescription: "the first", place: 0, condition: .itemAbsent),
        Row(testDescription: "the next", others: [row(0)], place: 1, condition: .itemAbsent),
        Row(testDescription: "in a gap", others: [row(0), row(2)], place: 1, condition: .itemAbsent),
        Row(testDescription: "the tenth", others: Array(full.dropLast()), place: 9, condition: .itemAbsent),
        Row(
            testDescription: "the eleventh takes the place of the oldest", others: full, place: 7,
            condition: .equal("connectionID", "c7"), evicted: "c7"),
        Row(
            testDescription: "what must be over long since is no connection", others: [row(0, age: 7_500)], place: 0,
            condition: .equal("connectionID", "c0")),
        Row(
            testDescription: "what may be open still is one", others: [row(0, age: 7_499)], place: 1,
            condition: .itemAbsent),
        Row(testDescription: "the same told again", others: full.dropLast() + [row(9, id: "new")]),
    ]

    @Test(arguments: rows) func `finds a place, of ten`(row: Row) throws {
        let opening = decideConnection("new", of: "ada", among: row.others, at: Self.now)
        #expect(opening.evicted == row.evicted)
        guard let place = row.place else {
            #expect(opening.writes.isEmpty)
            return
        }
        guard opening.writes.count == 1, case .put(let item, .users, let condition) = opening.writes[0] else {
            Issue.record("not one put: \(opening.writes)")
            return
        }
        #expect(condition == row.condition)
        let connection = try ClientConnection(item: item)
        #expect(connection == Self.row(place, age: 0, id: "new"))
        #expect((0..<ClientConnection.connectionsMax).contains(connection.place))
        #expect(item["expiresAt"] == .number(1_007_500))
    }

    @Test(
        arguments: [(-30_000, false), (-29_999, true), (0, true), (29_999, true), (30_000, false)] as [(Int64, Bool)])
    func `until the gateway must have opened it, it may not be there yet`(age: Int64, isOpening: Bool) {
        let connection = ClientConnection(
            userID: "ada", place: 0, connectionID: "c", connectedAt: Self.now - .milliseconds(age))
        #expect(connection.isOpening(at: Self.now) == isOpening)
    }

    @Test func `a row goes with its own connection alone`() {
        #expect(
            Self.row(3).removal
                == .delete(ItemKey(.users, "CONN#ada", "3"), if: .equal("connectionID", "c3")))
    }
}
