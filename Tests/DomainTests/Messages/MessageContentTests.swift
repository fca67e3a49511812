import Domain
import Items
import Testing
import Time

struct MessageContentTests {
    typealias Table = VotingTimetableTests
    static func at(_ minutes: Int64, _ milliseconds: Int64 = 0) -> Timestamp { Table.at(minutes, milliseconds) }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var moment = VotingMoment.alert
        var voting: Voting? = VotingTimetableTests.voting()
        var now: Timestamp
        var void: MessageVoid?
    }
    static let rows = [
        Row(testDescription: "an alert in time", now: at(55)),
        Row(testDescription: "an alert as early as a queue can wait", now: at(40)),
        Row(testDescription: "an alert earlier than that", now: at(40, -1), void: .early),
        Row(testDescription: "an alert in the last millisecond", now: at(60, -1)),
        Row(testDescription: "an alert at the end", now: at(60), void: .late),
        Row(testDescription: "a reminder in time", moment: .reminder, now: at(-15)),
        Row(testDescription: "a reminder in the last millisecond", moment: .reminder, now: at(0, -1)),
        Row(testDescription: "a reminder at the start", moment: .reminder, now: at(0), void: .late),
        Row(testDescription: "of a voting that moved", voting: Table.voting(version: 2), now: at(55), void: .moved),
        Row(
            testDescription: "of a voting that was cancelled after its move",
            voting: Table.voting(version: 2, cancelled: true), now: at(90), void: .cancelled),
        Row(testDescription: "of no voting", voting: nil, now: at(55), void: .unknown),
    ]

    @Test(arguments: rows) func `says what there is to say, unless it is void`(row: Row) {
        do throws(MessageVoid) {
            let content = try decideContent(row.moment, of: row.voting, version: 1, at: row.now)
            #expect(row.void == nil)
            let isReminder = row.moment == .reminder
            #expect(content.kind == (isReminder ? .reminder : .alert))
            #expect(content.at == (isReminder ? Self.at(0) : Self.at(60)))
            #expect((content.reference, content.version, content.title) == ("v", 1, "T"))
        } catch {
            #expect(error == row.void)
        }
    }

    @Test func `has a row for every reason`() {
        #expect(Set(Self.rows.compactMap(\.void)) == Set(MessageVoid.allCases))
    }

    @Test func `an alert is one for each voting, a reminder one for each schedule`() {
        #expect(MessageKind.alert.inboxVersion(ofSchedule: 7) == 1)
        #expect(MessageKind.reminder.inboxVersion(ofSchedule: 7) == 7)
    }

    @Test(
        arguments: [
            (0, nil), (86_400_000 - 1, nil), (86_400_000, MessageVoid.late),
        ] as [(Int64, MessageVoid?)])
    func `an update is news for a day`(age: Int64, void: MessageVoid?) {
        let update = Update(id: "u", title: "T", text: "t", createdBy: "gus", createdAt: Self.at(0))
        do throws(MessageVoid) {
            let content = try decideContent(of: update, at: Self.at(0, age))
            #expect(void == nil)
            #expect((content.kind, content.reference, content.title, content.text) == (.update, "u", "T", "t"))
        } catch {
            #expect(error == void)
        }
    }

    @Test func `no update says nothing`() {
        #expect(throws: MessageVoid.unknown) { try decideContent(of: nil, at: Self.at(0)) }
    }

    @Test(arguments: [(MessageKind.reminder, 64), (.update, 64), (.alert, 256)])
    func `each shard has a share`(kind: MessageKind, count: Int) {
        let shares = MessageShare.all(kind, of: "r", version: 3)
        #expect(shares.map(\.shard) == Array(0..<count))
        #expect(shares.allSatisfy { $0.reference == "r" && $0.version == 3 && $0.after == nil })
    }
}
