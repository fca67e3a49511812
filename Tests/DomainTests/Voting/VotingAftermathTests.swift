import Domain
import Items
import Testing
import Time

/// What follows once a voting is over, closed early or cancelled.
struct VotingAftermathTests {
    static func ms(_ value: Int64) -> Timestamp { Timestamp(milliseconds: value) }
    static func voting(_ kind: Voting.Kind = .paid, cancelledAt: Int64? = nil, scheduleVersion: Int = 3) -> Voting {
        Voting(
            id: "V", title: "T", kind: kind, options: [.init(id: "a", title: "A"), .init(id: "b", title: "B")],
            window: VotingWindow(startsAt: ms(10_000), endsAt: ms(20_000)), cancelledAt: cancelledAt.map(ms),
            version: 4,
            scheduleVersion: scheduleVersion, createdBy: "gus", createdAt: ms(0))
    }

    // MARK: The final count

    static let countable: Int64 = 80_000
    static let judged: Int64 = countable + 150_000

    static let dues: [(Voting?, FinalCount?, Int64, FinalCountDue)] = [
        (nil, nil, countable, .void),
        (voting(cancelledAt: 15_000), nil, countable, .void),
        (voting(scheduleVersion: 4), nil, countable, .void),
        (voting(scheduleVersion: 2), nil, countable, .void),
        (voting(), FinalCount(votes: [:], countedAt: ms(1), tallyAgrees: false), countable, .done),
        (voting(), nil, countable - 1, .notBefore(ms(countable))),
        (voting(), nil, countable, .now(voting())),
        (voting(), nil, judged, .now(voting())),
    ]

    @Test(arguments: dues) func `counts once, in its time and for the end that holds`(
        voting: Voting?, earlier: FinalCount?, now: Int64, due: FinalCountDue
    ) {
        #expect(decideWhetherToCount(voting, scheduleVersion: 3, earlier: earlier, at: Self.ms(now)) == due)
    }

    static let agreements: [([String: Int], [String: Int], Int64, Bool?)] = [
        (["a": 2], ["a": 2], countable, true), ([:], [:], countable, true),
        (["a": 2], ["a": 2, "b": 0], countable, true),
        (["a": 2], ["a": 1], countable, nil), (["a": 2], ["a": 1], judged - 1, nil),
        (["a": 2], ["a": 1], judged, false), (["a": 2], ["b": 2], judged, false), ([:], ["a": 1], judged, false),
        (["a": 2], ["a": 2], judged, true),
    ]

    @Test(arguments: agreements) func `gives the tally time to catch up, then says that it differs`(
        counted: [String: Int], tallied: [String: Int], now: Int64, agrees: Bool?
    ) throws {
        let final = decideFinalCount(of: Self.voting(), counted: counted, tallied: tallied, at: Self.ms(now))
        #expect(final?.count.tallyAgrees == agrees)
        guard let final else { return }
        #expect(final.count.votes == ["a": counted["a"] ?? 0, "b": counted["b"] ?? 0])
        guard case .put(let item, .votings, .itemAbsent) = final.writes.first else {
            Issue.record("the count is the first write, and only the first count is written")
            return
        }
        #expect(try FinalCount(item: item) == final.count)
        #expect(
            final.writes.last
                == .check(Voting.key("V"), .all([.equal("scheduleVersion", 3), .notExists("cancelledAt")])))
    }

    // MARK: Refunds

    static let refundable: Int64 = 15_000 + 121_000
    static let refunds: [(Voting?, Int64, VoteRefundDue)] = [
        (nil, refundable, .nothing),
        (voting(), refundable, .nothing),
        (voting(.free, cancelledAt: 15_000), refundable, .nothing),
        (voting(cancelledAt: 15_000), 15_000, .notBefore(ms(refundable))),
        (voting(cancelledAt: 15_000), refundable - 1, .notBefore(ms(refundable))),
        (voting(cancelledAt: 15_000), refundable, .now),
    ]

    @Test(arguments: refunds) func `refunds what was paid, once no vote can come`(
        voting: Voting?, now: Int64, due: VoteRefundDue
    ) {
        #expect(decideVoteRefunds(of: voting, at: Self.ms(now)) == due)
    }

    @Test func `a refund marks the vote, raises the balance and tells the ledger, or nothing`() {
        let writes = voteRefund(of: "ada", in: "V", at: Self.ms(7))
        #expect(writes.count == 3)
        #expect(
            writes[0]
                == .update(
                    Participation.key(of: "ada", in: "V"), [.set("refundedAt", 7)],
                    if: .all([.exists("votedAt"), .notExists("refundedAt")])))
        #expect(writes[1] == .update(Balance.key(of: "ada"), [.add("credits", 1)]))
        guard case .put(let entry, .users, .itemAbsent) = writes[2] else {
            Issue.record("the ledger's entry is inserted")
            return
        }
        #expect((entry["credits"], entry["cause"], entry["reference"]) == (1, "VOTE_REFUND", "V"))
    }

    @Test func `knows whose a participation is`() throws {
        var item = Participation.key(of: "ada#1", in: "V").attributes
        #expect(try Participation.userID(of: item) == "ada#1")
        item["sk"] = "META"
        #expect(throws: MalformedItem.self) { try Participation.userID(of: item) }
    }

    // MARK: Closing

    static let closings: [(Voting?, Int64, VotingPlanRefusal?, Int64?)] = [
        (nil, 15_000, .votingUnknown, nil),
        (voting(cancelledAt: 15_000), 15_000, .cancelled, nil),
        (voting(), 9_999, .notStarted(startsAt: ms(10_000)), nil),
        (voting(), 10_000, nil, 16_000),
        (voting(), 13_999, nil, 19_999),
        (voting(), 14_000, nil, nil),
        (voting(), 20_000, nil, nil),
    ]

    @Test(arguments: closings) func `closes an open voting, so soon that every cache knows it`(
        voting: Voting?, now: Int64, refusal: VotingPlanRefusal?, endsAt: Int64?
    ) {
        let calendar = VotingCalendar(version: 1, entries: [.init(votingID: "V", window: Self.voting().window)])
        let decision = decideClosing(of: voting, calendar: calendar, at: Self.ms(now))
        #expect(decision.refusal == refusal)
        guard let endsAt else {
            #expect(decision.writes.isEmpty)
            return
        }
        #expect(decision.result?.window.endsAt == Self.ms(endsAt))
        #expect(decision.result?.version == 5)
        #expect(decision.result?.scheduleVersion == 4)
        guard case .put(_, _, .equal("version", 4)) = decision.writes.first,
            case .put(let slots, _, .equal("version", 1)) = decision.writes.last
        else {
            Issue.record("both are written on condition of what was read")
            return
        }
        #expect(slots["windows"]?.list?.first?.map?["endsAt"] == .number(Int(endsAt)))
    }
}
