import Domain
import Items
import Testing
import Time

struct VotingPlanTests {
    static let rules = VotingPlanRules(openAtOnceMax: 2)
    static func ms(_ value: Int64) -> Timestamp { Timestamp(milliseconds: value) }
    static func window(_ start: Int64, _ end: Int64) -> VotingWindow {
        VotingWindow(startsAt: ms(start), endsAt: ms(end))
    }
    static let options = [Voting.Option(id: "a", title: "A"), Voting.Option(id: "b", title: "B")]

    static func draft(
        title: String = "T", options: [Voting.Option] = options, _ start: Int64 = 10_000, _ end: Int64 = 20_000
    ) -> VotingDraft {
        VotingDraft(title: title, kind: .free, options: options, window: window(start, end))
    }

    static func voting(
        _ start: Int64 = 10_000, _ end: Int64 = 20_000, cancelled: Bool = false, draftHash: String? = nil
    ) -> Voting {
        Voting(
            id: "V", title: "T", kind: .free, options: options, window: window(start, end),
            cancelledAt: cancelled ? ms(1) : nil, version: 4, createdBy: "gus", createdAt: ms(0),
            draftHash: draftHash)
    }

    static func calendar(_ windows: [(Int64, Int64)]) -> VotingCalendar {
        VotingCalendar(
            version: 7,
            entries: windows.enumerated().map { .init(votingID: "O\($0)", window: window($1.0, $1.1)) })
    }

    struct Creation: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var draft = VotingPlanTests.draft()
        var hash = "H"
        var earlier: Voting?
        var windows: [(Int64, Int64)] = []
        var now: Int64 = 5_000
        var refusal: VotingPlanRefusal?
    }

    static func optionIDs(_ ids: [String]) -> VotingDraft {
        draft(options: ids.map { Voting.Option(id: $0, title: "X") })
    }

    static let creations = [
        Creation(testDescription: "first of all"),
        Creation(testDescription: "made before", earlier: voting()),
        Creation(
            testDescription: "made before, otherwise", draft: draft(title: "U"), earlier: voting(), refusal: .keyReused),
        Creation(testDescription: "made before, and changed since", earlier: voting(30_000, 40_000, draftHash: "H")),
        Creation(
            testDescription: "made before otherwise, and made the same since", hash: "I",
            earlier: voting(draftHash: "H"), refusal: .keyReused),
        Creation(testDescription: "no title", draft: draft(title: ""), refusal: .titleInvalid),
        Creation(testDescription: "blank title", draft: draft(title: " \n"), refusal: .titleInvalid),
        Creation(testDescription: "longest title", draft: draft(title: String(repeating: "é", count: 100))),
        Creation(
            testDescription: "title one too long", draft: draft(title: String(repeating: "é", count: 101)),
            refusal: .titleInvalid),
        Creation(testDescription: "one option", draft: optionIDs(["a"]), refusal: .optionCountInvalid),
        Creation(testDescription: "most options", draft: optionIDs((1...100).map { "o\($0)" })),
        Creation(
            testDescription: "one option too many", draft: optionIDs((1...101).map { "o\($0)" }),
            refusal: .optionCountInvalid),
        Creation(testDescription: "option without id", draft: optionIDs(["", "b"]), refusal: .optionInvalid),
        Creation(
            testDescription: "option id with a key's separator", draft: optionIDs(["a#1", "b"]), refusal: .optionInvalid
        ),
        Creation(testDescription: "longest option id", draft: optionIDs([String(repeating: "a", count: 64), "b"])),
        Creation(
            testDescription: "option id one too long", draft: optionIDs([String(repeating: "a", count: 65), "b"]),
            refusal: .optionInvalid),
        Creation(testDescription: "option repeated", draft: optionIDs(["a", "b", "a"]), refusal: .optionRepeated),
        Creation(testDescription: "window of a millisecond", draft: draft(10_000, 10_001)),
        Creation(testDescription: "window of nothing", draft: draft(10_000, 10_000), refusal: .windowEmpty),
        Creation(testDescription: "ends in a millisecond", draft: draft(0, 5_001)),
        Creation(testDescription: "ends now", draft: draft(0, 5_000), refusal: .windowPast(earliest: ms(5_000))),
        Creation(testDescription: "ends as late as can be", draft: draft(10_000, 63_072_005_000)),
        Creation(
            testDescription: "ends a millisecond later", draft: draft(10_000, 63_072_005_001),
            refusal: .windowTooFar(latest: ms(63_072_005_000))),
        Creation(testDescription: "second at once", windows: [(10_000, 20_000)]),
        Creation(
            testDescription: "third at once", windows: [(10_000, 20_000), (10_000, 20_000)],
            refusal: .tooManyOpen(limit: 2)),
        Creation(
            testDescription: "third for the first millisecond", windows: [(5_000, 10_001), (6_000, 10_001)],
            refusal: .tooManyOpen(limit: 2)),
        Creation(testDescription: "third as two end", windows: [(5_000, 10_000), (6_000, 10_000)]),
        Creation(
            testDescription: "third for the last millisecond", windows: [(19_999, 30_000), (19_999, 40_000)],
            refusal: .tooManyOpen(limit: 2)),
        Creation(testDescription: "third as two start", windows: [(20_000, 30_000), (20_000, 40_000)]),
        Creation(testDescription: "one after the other below", windows: [(10_000, 15_000), (15_000, 20_000)]),
        Creation(
            testDescription: "two meet in the middle", windows: [(10_000, 15_001), (15_000, 20_000)],
            refusal: .tooManyOpen(limit: 2)),
        Creation(
            testDescription: "calendar full", windows: (0..<1_000).map { (100_000 + $0 * 10, 100_010 + $0 * 10) },
            refusal: .calendarFull(limit: 1_000)),
        Creation(
            testDescription: "last place in the calendar",
            windows: (0..<999).map { (100_000 + $0 * 10, 100_010 + $0 * 10) }),
        Creation(
            testDescription: "full of ended ones", windows: (0..<1_000).map { ($0, 5_000) }),
    ]

    @Test(arguments: creations) func `makes a voting or says why not`(row: Creation) {
        let decision = decideNewVoting(
            row.draft, hash: row.hash, id: "V", by: "gus", after: row.earlier, calendar: Self.calendar(row.windows),
            rules: Self.rules,
            at: Self.ms(row.now))
        #expect(decision.refusal == row.refusal)
        #expect(decision.writes.count == (row.refusal == nil && row.earlier == nil ? 2 : 0))
    }

    struct Change: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var patch = VotingPatch(title: "U")
        var voting: Voting? = VotingPlanTests.voting()
        var windows: [(Int64, Int64)] = []
        var now: Int64 = 5_000
        var refusal: VotingPlanRefusal?
        var writes = 1
    }

    static let changes = [
        Change(testDescription: "title before the start", now: 3_999),
        Change(testDescription: "title at the last moment", now: 4_000),
        Change(
            testDescription: "title when a vote at the start may not know it", now: 4_001,
            refusal: .started(startsAt: ms(10_000))),
        Change(
            testDescription: "options a millisecond before the start",
            patch: VotingPatch(options: [options[0], .init(id: "c", title: "C")]), now: 9_999,
            refusal: .started(startsAt: ms(10_000))),
        Change(
            testDescription: "a later start a millisecond before the start", patch: VotingPatch(startsAt: ms(18_000)),
            now: 9_999, refusal: .started(startsAt: ms(10_000))),
        Change(
            testDescription: "end a millisecond before the start", patch: VotingPatch(endsAt: ms(30_000)), now: 9_999,
            writes: 2),
        Change(testDescription: "first open millisecond", now: 10_000, refusal: .started(startsAt: ms(10_000))),
        Change(testDescription: "ended", now: 20_000, refusal: .ended(endsAt: ms(20_000))),
        Change(testDescription: "unknown", voting: nil, refusal: .votingUnknown),
        Change(testDescription: "cancelled", voting: voting(cancelled: true), refusal: .cancelled),
        Change(testDescription: "nothing", patch: VotingPatch(), writes: 0),
        Change(testDescription: "nothing, ended", patch: VotingPatch(title: "T"), now: 20_000, writes: 0),
        Change(testDescription: "kind", patch: VotingPatch(kind: .paid), now: 0, refusal: .kindFixed),
        Change(testDescription: "kind to what it is", patch: VotingPatch(title: "U", kind: .free), now: 0),
        Change(
            testDescription: "kind, ended", patch: VotingPatch(kind: .paid), now: 20_000,
            refusal: .ended(endsAt: ms(20_000))),
        Change(
            testDescription: "options to one", patch: VotingPatch(options: [options[0]]), now: 0,
            refusal: .optionCountInvalid),
        Change(
            testDescription: "window", patch: VotingPatch(startsAt: ms(11_000), endsAt: ms(21_000)), now: 0, writes: 2),
        Change(
            testDescription: "end when open", patch: VotingPatch(endsAt: ms(30_000)), now: 14_000, writes: 2),
        Change(
            testDescription: "end when a vote at the old one may be refused", patch: VotingPatch(endsAt: ms(30_000)),
            now: 14_001, refusal: .ended(endsAt: ms(20_000))),
        Change(testDescription: "zone when open", patch: VotingPatch(timeZone: "Europe/Berlin"), now: 11_000),
        Change(
            testDescription: "start when open", patch: VotingPatch(startsAt: ms(18_000)), now: 11_000,
            refusal: .started(startsAt: ms(10_000))),
        Change(
            testDescription: "end as early as can be", patch: VotingPatch(endsAt: ms(17_000)), now: 11_000, writes: 2),
        Change(
            testDescription: "end a millisecond too early", patch: VotingPatch(endsAt: ms(16_999)), now: 11_000,
            refusal: .windowPast(earliest: ms(17_000))),
        Change(
            testDescription: "start too early", patch: VotingPatch(startsAt: ms(6_999)), now: 1_000,
            refusal: .windowPast(earliest: ms(7_000))),
        Change(
            testDescription: "end before start", patch: VotingPatch(endsAt: ms(10_000)), now: 0, refusal: .windowEmpty),
        Change(
            testDescription: "end too late", patch: VotingPatch(endsAt: ms(253_370_764_800_000)), now: 0,
            refusal: .windowTooFar(latest: ms(63_072_000_000))),
        Change(
            testDescription: "another title of one that ends too late, by an earlier rule",
            voting: voting(10_000, 253_370_764_800_000), now: 0),
        Change(
            testDescription: "into a full hour", patch: VotingPatch(endsAt: ms(30_000)),
            windows: [(25_000, 40_000), (29_999, 40_000)], refusal: .tooManyOpen(limit: 2)),
        Change(
            testDescription: "its own old window does not count", patch: VotingPatch(endsAt: ms(19_000)),
            windows: [(10_000, 20_000)], writes: 2),
    ]

    @Test(arguments: changes) func `changes a voting or says why not`(row: Change) {
        var calendar = Self.calendar(row.windows)
        calendar.entries.append(.init(votingID: "V", window: Self.window(10_000, 20_000)))
        let decision = decideVotingChange(
            row.patch, of: row.voting, calendar: calendar, rules: Self.rules, at: Self.ms(row.now))
        #expect(decision.refusal == row.refusal)
        #expect(decision.writes.count == (row.refusal == nil ? row.writes : 0))
    }

    /// R14: whatever is changed, and however late within its time it is stored, no cache accepts a vote at or after an
    /// end that was moved, nor before a start.
    @Test func `a change is known before it matters`() {
        let stored = VotingPlanRules.storingTimeMax
        #expect(VotingPlanRules.noticeMin >= stored + Voting.cacheLifetime + .seconds(1))
    }

    @Test func `has a row for every refusal`() {
        let seen =
            Self.creations.compactMap(\.refusal?.code) + Self.changes.compactMap(\.refusal?.code)
            + VotingAftermathTests.closings.compactMap { $0.2?.code }
        #expect(Set(seen) == Set(VotingPlanRefusal.Code.allCases))
    }

    /// R13: both administrators read version 7; the second to write finds 8.
    @Test func `writes the calendar on condition of the version it read`() {
        let decision = decideNewVoting(
            Self.draft(), hash: "H", id: "V", by: "gus", after: nil, calendar: Self.calendar([]), rules: Self.rules,
            at: Self.ms(0)
        )
        guard case .put(let item, _, let condition) = decision.writes.last else {
            Issue.record("the calendar is the last write")
            return
        }
        #expect(item["version"] == 8)
        #expect(condition == .equal("version", 7))
    }

    @Test func `the first calendar must find none`() {
        let decision = decideNewVoting(
            Self.draft(), hash: "H", id: "V", by: "gus", after: nil, calendar: nil, rules: Self.rules, at: Self.ms(0))
        guard case .put(_, _, let condition) = decision.writes.last else {
            Issue.record("the calendar is the last write")
            return
        }
        #expect(condition == .itemAbsent)
    }

    @Test func `a moved window is a new schedule, a new title is not`() {
        func changed(_ patch: VotingPatch) -> Voting? {
            decideVotingChange(patch, of: Self.voting(), calendar: nil, rules: Self.rules, at: Self.ms(0)).result
        }
        #expect(changed(VotingPatch(title: "U"))?.scheduleVersion == 1)
        #expect(changed(VotingPatch(endsAt: Self.ms(30_000)))?.scheduleVersion == 2)
        #expect(changed(VotingPatch(title: "U"))?.version == 5)
    }

    @Test(
        arguments: [(5_000, 2), (15_000, 2), (19_999, 2)] as [(Int64, Int)])
    func `cancels until the end`(now: Int64, writes: Int) {
        let decision = decideCancellation(of: Self.voting(), calendar: nil, at: Self.ms(now))
        #expect(decision.result?.cancelledAt == Self.ms(now))
        #expect(decision.writes.count == writes)
        #expect(decision.result?.item["gsi1pk"] == nil)
    }

    @Test func `does not cancel what has ended, is cancelled or is not there`() {
        #expect(
            decideCancellation(of: Self.voting(), calendar: nil, at: Self.ms(20_000)).refusal
                == .ended(endsAt: Self.ms(20_000)))
        #expect(decideCancellation(of: nil, calendar: nil, at: Self.ms(0)).refusal == .votingUnknown)
        let again = decideCancellation(of: Self.voting(cancelled: true), calendar: nil, at: Self.ms(0))
        #expect(again.result?.cancelledAt == Self.ms(1))
        #expect(again.writes.isEmpty)
    }

    @Test func `a cancelled voting makes room`() {
        let calendar = VotingCalendar(version: 1, entries: [.init(votingID: "V", window: Self.window(10_000, 20_000))])
        let decision = decideCancellation(of: Self.voting(), calendar: calendar, at: Self.ms(0))
        guard case .put(let item, _, _) = decision.writes.last else {
            Issue.record("the calendar is the last write")
            return
        }
        #expect(item["windows"] == .list([]))
    }

    @Test func `votings and calendars survive their items`() throws {
        let voting = Self.voting(cancelled: true, draftHash: "H")
        #expect(try Voting(item: voting.item) == voting)
        let calendar = Self.calendar([(1, 2), (3, 4)])
        let decision = decideNewVoting(
            Self.draft(), hash: "H", id: "V", by: "gus", after: nil, calendar: calendar, rules: Self.rules,
            at: Self.ms(0))
        guard case .put(let item, _, _) = decision.writes.last else { return }
        #expect(try VotingCalendar(item: item).entries.map(\.votingID) == ["O0", "O1", "V"])
    }

    @Test(arguments: [(999, "SCHEDULED"), (1_000, "OPEN"), (1_999, "OPEN"), (2_000, "ENDED")] as [(Int64, String)])
    func `knows its phase to the millisecond`(now: Int64, phase: String) {
        #expect(Self.voting(1_000, 2_000).phase(at: Self.ms(now)).rawValue == phase)
        #expect(Self.voting(1_000, 2_000, cancelled: true).phase(at: Self.ms(now)) == .cancelled)
    }

    /// R6
    @Test func `shows paid votings unless the user said otherwise`() throws {
        #expect(try VotingFilter(item: ["pk": "USER#a", "sk": "PROFILE"]).kinds == [.free, .paid])
        #expect(try VotingFilter(item: ["showsPaidVotings": true]).kinds == [.free, .paid])
        #expect(try VotingFilter(item: ["showsPaidVotings": false]).kinds == [.free])
        #expect(throws: MalformedItem.self) { try VotingFilter(item: ["showsPaidVotings": 1]) }
    }
}
