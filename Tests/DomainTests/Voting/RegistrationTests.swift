import Domain
import Items
import Testing
import Time

struct RegistrationTests {
    static func ms(_ value: Int64) -> Timestamp { Timestamp(milliseconds: value) }
    static let voting = DecideVoteTests.voting(.paid)
    static let vote = DecideVoteTests.vote("tea").vote!
    static let key = Participation.key(of: "ada", in: "V")

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var voting: Voting? = RegistrationTests.voting
        var earlier: Participation?
        var now: Int64 = 1_500
        var refusal: RegistrationRefusal?
        /// Since when, if it is not refused.
        var since: Int64? = 1_500
        var writes = 1
    }

    static let registrations = [
        Row(testDescription: "while open"),
        Row(testDescription: "before the start", now: 1, since: 1),
        Row(testDescription: "last open millisecond", now: 1_999, since: 1_999),
        Row(testDescription: "first closed millisecond", now: 2_000, refusal: .ended(endsAt: ms(2_000))),
        Row(testDescription: "unknown", voting: nil, refusal: .votingUnknown),
        Row(testDescription: "cancelled", voting: DecideVoteTests.voting(cancelled: true), refusal: .cancelled),
        Row(testDescription: "voted", earlier: Participation(vote: vote)),
        Row(testDescription: "again", earlier: Participation(registeredAt: ms(7)), since: 7, writes: 0),
        Row(
            testDescription: "again after the end", earlier: Participation(registeredAt: ms(7)), now: 2_000, since: 7,
            writes: 0),
        Row(
            testDescription: "again, of what is gone", voting: nil, earlier: Participation(registeredAt: ms(7)),
            refusal: .votingUnknown),
    ]

    @Test(arguments: registrations) func `registers or says why not`(row: Row) {
        let decision = decideRegistration(of: "ada", in: row.voting, after: row.earlier, at: Self.ms(row.now))
        #expect(decision.refusal == row.refusal)
        guard row.refusal == nil else { return }
        #expect(decision.result == row.since.map(Self.ms))
        // Nothing but the registration, and only if there is none.
        let write = ItemWrite.update(
            Self.key, [.set("registeredAt", .number(Int(row.now)))], if: .notExists("registeredAt"))
        #expect(decision.writes == (row.writes == 0 ? [] : [write]))
    }

    static let unregistrations = [
        Row(testDescription: "not registered", since: nil, writes: 0),
        Row(testDescription: "voted without it", earlier: Participation(vote: vote), since: nil, writes: 0),
        Row(testDescription: "not registered, ended", now: 2_000, since: nil, writes: 0),
        Row(testDescription: "registered", earlier: Participation(registeredAt: ms(7)), since: nil),
        Row(
            testDescription: "last open millisecond", earlier: Participation(registeredAt: ms(7)), now: 1_999,
            since: nil),
        Row(
            testDescription: "first closed millisecond", earlier: Participation(registeredAt: ms(7)), now: 2_000,
            refusal: .ended(endsAt: ms(2_000))),
        Row(
            testDescription: "cancelled", voting: DecideVoteTests.voting(cancelled: true),
            earlier: Participation(registeredAt: ms(7)), refusal: .cancelled),
        Row(testDescription: "unknown", voting: nil, refusal: .votingUnknown),
    ]

    @Test(arguments: unregistrations) func `takes off or says why not`(row: Row) {
        let decision = decideUnregistration(of: "ada", from: row.voting, after: row.earlier, at: Self.ms(row.now))
        #expect(decision.refusal == row.refusal)
        #expect(decision.result ?? nil == nil)
        #expect(decision.writes.count == (row.refusal == nil ? row.writes : 0))
    }

    @Test func `has rows for every refusal, both ways`() {
        for rows in [Self.registrations, Self.unregistrations] {
            #expect(Set(rows.compactMap(\.refusal?.code)) == Set(RegistrationRefusal.Code.allCases))
        }
    }

    /// Whether there is a vote in the item, or comes between, is all the same to it.
    @Test(arguments: [nil, vote]) func `leaves a vote alone, and notes when it was`(vote: Participation.Vote?) {
        let earlier = Participation(registeredAt: Self.ms(7), vote: vote)
        let decision = decideUnregistration(of: "ada", from: Self.voting, after: earlier, at: Self.ms(1_500))
        #expect(
            decision.writes
                == [
                    .update(
                        Self.key, [.remove("registeredAt"), .set("unregisteredAt", 1_500)],
                        if: .equal("registeredAt", 7))
                ])
    }
}
