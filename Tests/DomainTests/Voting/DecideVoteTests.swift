import Domain
import Items
import Testing
import Time

struct DecideVoteTests {
    static let start = Timestamp(milliseconds: 1_000)
    static let end = Timestamp(milliseconds: 2_000)

    static func voting(_ kind: Voting.Kind = .free, cancelled: Bool = false) -> Voting {
        Voting(
            id: "V", title: "Tea or mate?", kind: kind,
            options: [.init(id: "tea", title: "Tea"), .init(id: "mate", title: "Mate")],
            window: VotingWindow(startsAt: start, endsAt: end),
            cancelledAt: cancelled ? Timestamp(milliseconds: 500) : nil, createdBy: "gus",
            createdAt: Timestamp(milliseconds: 0))
    }

    static func ballot(_ option: String = "tea", request: String = "R2") -> Ballot {
        Ballot(votingID: "V", userID: "ada", optionID: option, requestID: request)
    }

    static func vote(_ option: String) -> Participation {
        Participation(vote: .init(optionID: option, votedAt: Timestamp(milliseconds: 1_100), requestID: "R1"))
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var ballot = DecideVoteTests.ballot()
        var voting: Voting? = DecideVoteTests.voting()
        var earlier: Participation?
        var credits: Int?
        var now: Int64 = 1_500
        var refusal: VoteRefusal?
        /// How many writes an accepted vote makes.
        var writes = 1
    }

    static let stood = vote("mate").vote!
    static let rows = [
        Row(testDescription: "in the middle"),
        Row(testDescription: "last millisecond before the start", now: 999, refusal: .notStarted(startsAt: start)),
        Row(testDescription: "first open millisecond", now: 1_000),
        Row(testDescription: "last open millisecond", now: 1_999),
        Row(testDescription: "first closed millisecond", now: 2_000, refusal: .ended(endsAt: end)),
        Row(testDescription: "no such voting", voting: nil, refusal: .votingUnknown),
        Row(
            testDescription: "no such voting, though voted", voting: nil, earlier: vote("tea"), refusal: .votingUnknown),
        Row(testDescription: "cancelled", voting: voting(cancelled: true), refusal: .cancelled),
        Row(
            testDescription: "cancelled, before the start", voting: voting(cancelled: true), now: 0, refusal: .cancelled
        ),
        Row(testDescription: "no such option", ballot: ballot("beer"), refusal: .optionUnknown),
        Row(
            testDescription: "no such option, too late", ballot: ballot("beer"), now: 2_000,
            refusal: .ended(endsAt: end)),
        Row(testDescription: "registered only", earlier: Participation(registeredAt: start)),
        Row(testDescription: "same choice again", earlier: vote("tea"), writes: 0),
        Row(testDescription: "other choice", earlier: vote("mate"), refusal: .alreadyVoted(stood)),
        Row(testDescription: "same request again", ballot: ballot(request: "R1"), earlier: vote("mate"), writes: 0),
        Row(testDescription: "same choice after the end", earlier: vote("tea"), now: 2_000, writes: 0),
        Row(
            testDescription: "other choice after the end", earlier: vote("mate"), now: 2_000,
            refusal: .alreadyVoted(stood)),
        Row(
            testDescription: "same choice, cancelled since", voting: voting(cancelled: true), earlier: vote("tea"),
            writes: 0),
        Row(testDescription: "paid, credits not read", voting: voting(.paid), writes: 3),
        Row(testDescription: "paid, one credit", voting: voting(.paid), credits: 1, writes: 3),
        Row(testDescription: "paid, no credits", voting: voting(.paid), credits: 0, refusal: .noCredits),
        Row(
            testDescription: "paid, no credits, too late", voting: voting(.paid), credits: 0, now: 2_000,
            refusal: .ended(endsAt: end)),
        Row(
            testDescription: "paid, voted, no credits", voting: voting(.paid), earlier: vote("tea"), credits: 0,
            writes: 0),
        Row(testDescription: "free, no credits", credits: 0),
    ]

    @Test(arguments: rows) func `refuses for the first reason that holds`(row: Row) {
        let decision = decideVote(
            row.ballot, in: row.voting, after: row.earlier, credits: row.credits, at: Timestamp(milliseconds: row.now))
        #expect(decision.refusal == row.refusal)
        #expect(decision.writes.count == (row.refusal == nil ? row.writes : 0))
    }

    @Test func `has a row for every refusal`() {
        #expect(Set(Self.rows.compactMap(\.refusal?.code)) == Set(VoteRefusal.Code.allCases))
    }

    @Test func `a repeated vote gives the first confirmation`() {
        let decision = decideVote(
            Self.ballot(), in: Self.voting(), after: Self.vote("tea"), credits: nil, at: Timestamp(milliseconds: 1_900))
        #expect(decision.result?.votedAt == Timestamp(milliseconds: 1_100))
    }

    @Test func `a free vote is one update that fails if a vote is there`() {
        let decision = decideVote(
            Self.ballot(), in: Self.voting(), after: nil, credits: nil, at: Timestamp(milliseconds: 1_500))
        #expect(
            decision.writes == [
                .update(
                    ItemKey(.votings, "P#V#\(Participation.shard(of: "ada"))", "U#ada"),
                    [.set("optionID", "tea"), .set("votedAt", 1_500), .set("requestID", "R2")],
                    if: .notExists("votedAt"))
            ])
    }

    /// R11: a vote if and only if one credit is spent, and never one that is not there.
    @Test func `a paid vote takes one credit and enters it in the ledger`() {
        let decision = decideVote(
            Self.ballot(), in: Self.voting(.paid), after: nil, credits: nil, at: Timestamp(milliseconds: 1_500))
        #expect(decision.result?.creditsSpent == 1)
        #expect(
            decision.writes.dropFirst() == [
                .update(
                    ItemKey(.users, "USER#ada", "BALANCE"), [.add("credits", -1)], if: .greaterOrEqual("credits", 1)),
                .insert(
                    [
                        "pk": "USER#ada", "sk": "LEDGER#1970-01-01T00:00:01.500Z#VOTE#V", "credits": .number(-1),
                        "cause": "VOTE", "reference": "V", "at": 1_500,
                    ], in: .users),
            ])
    }

    /// The shard is part of stored keys: these values never change.
    @Test(arguments: [("ada", 59), ("", 37), ("é", 1)]) func `spreads users the same way for ever`(
        userID: String, shard: Int
    ) {
        #expect(Participation.shard(of: userID) == shard)
    }

    @Test func `a participation survives its item`() throws {
        let item: Item = [
            "pk": "P#V#1", "sk": "U#ada", "registeredAt": 5, "votedAt": 1_100, "optionID": "mate", "requestID": "R1",
        ]
        #expect(
            try Participation(item: item)
                == Participation(registeredAt: Timestamp(milliseconds: 5), vote: Self.stood))
        var broken = item
        broken["optionID"] = 5
        #expect(throws: MalformedItem("participation", "optionID")) { try Participation(item: broken) }
    }
}
