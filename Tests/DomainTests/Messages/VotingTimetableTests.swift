import Domain
import Testing
import Time

struct VotingTimetableTests {
    static let start = Timestamp(seconds: 1_000_000)
    static func at(_ minutes: Int64, _ milliseconds: Int64 = 0) -> Timestamp {
        start + .seconds(minutes * 60) + .milliseconds(milliseconds)
    }
    /// Minutes after ``start``.
    static func voting(
        _ from: Int64 = 0, _ to: Int64 = 60, version: Int = 1, cancelled: Bool = false, title: String = "T"
    ) -> Voting {
        Voting(
            id: "v", title: title, kind: .free, options: [], window: .init(startsAt: at(from), endsAt: at(to)),
            cancelledAt: cancelled ? at(-100) : nil, version: 3, scheduleVersion: version, createdBy: "gus",
            createdAt: at(-200))
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var voting = VotingTimetableTests.voting()
        var earlier: Voting?
        var now: Timestamp
        /// Names without the voting's id, and the minutes.
        var schedules: [String: Timestamp] = [:]
        var atOnce: [VotingMoment] = []
        var removed: [String] = []
    }
    static let all = ["REMINDER-v1": at(-16), "ALERT-v1": at(54), "COUNT-v1": at(61)]
    static func without(_ names: String...) -> [String: Timestamp] { all.filter { !names.contains($0.key) } }
    static let removedOnes = ["REMINDER-v1", "ALERT-v1", "COUNT-v1"]
    static let rows = [
        Row(testDescription: "made long before", now: at(-100), schedules: all),
        Row(testDescription: "the last millisecond for a schedule", now: at(-16, -1), schedules: all),
        Row(
            testDescription: "too near for a schedule", now: at(-16), schedules: without("REMINDER-v1"),
            atOnce: [.reminder]),
        Row(
            testDescription: "made less than 15 minutes before", now: at(-3), schedules: without("REMINDER-v1"),
            atOnce: [.reminder]),
        Row(
            testDescription: "the last millisecond before the start", now: at(0, -1),
            schedules: without("REMINDER-v1"), atOnce: [.reminder]),
        Row(testDescription: "no reminder of what has started", now: at(0), schedules: without("REMINDER-v1")),
        Row(
            testDescription: "too near for an alert's schedule", now: at(54), schedules: ["COUNT-v1": at(61)],
            atOnce: [.alert]),
        Row(
            testDescription: "the last millisecond before the end", now: at(60, -1), schedules: ["COUNT-v1": at(61)],
            atOnce: [.alert]),
        Row(testDescription: "no alert of what has ended", now: at(60), schedules: ["COUNT-v1": at(61)]),
        Row(testDescription: "told long after the end", now: at(90), schedules: ["COUNT-v1": at(91)]),
        Row(
            testDescription: "shorter than five minutes: alerted at its start", voting: voting(0, 4), now: at(-100),
            schedules: ["REMINDER-v1": at(-16), "ALERT-v1": at(-1), "COUNT-v1": at(5)]),
        Row(
            testDescription: "of five minutes exactly", voting: voting(0, 5), now: at(-100),
            schedules: ["REMINDER-v1": at(-16), "ALERT-v1": at(-1), "COUNT-v1": at(6)]),
        Row(
            testDescription: "of six minutes", voting: voting(0, 6), now: at(-100),
            schedules: ["REMINDER-v1": at(-16), "ALERT-v1": at(0), "COUNT-v1": at(7)]),
        Row(
            testDescription: "moved", voting: voting(10, 70, version: 2), earlier: voting(), now: at(-100),
            schedules: ["REMINDER-v2": at(-6), "ALERT-v2": at(64), "COUNT-v2": at(71)], removed: removedOnes),
        Row(testDescription: "told again after the move", earlier: voting(), now: at(-100), schedules: all),
        Row(testDescription: "cancelled", voting: voting(cancelled: true), now: at(-100), removed: removedOnes),
        Row(
            testDescription: "moved, then cancelled", voting: voting(version: 2, cancelled: true), earlier: voting(),
            now: at(-100), removed: removedOnes + ["REMINDER-v2", "ALERT-v2", "COUNT-v2"]),
    ]

    @Test(arguments: rows) func `decides the schedules`(row: Row) {
        let timetable = decideTimetable(of: row.voting, after: row.earlier, at: row.now)
        let schedules = timetable.schedules.map { (String($0.name.dropFirst(2)), $0.at) }
        #expect(Dictionary(uniqueKeysWithValues: schedules) == row.schedules)
        #expect(timetable.atOnce == row.atOnce)
        #expect(timetable.removed.map { String($0.dropFirst(2)) } == row.removed)
        #expect(timetable.schedules.allSatisfy { $0.at > row.now && $0.name.hasPrefix("v-") })
    }

    @Test func `the same change told in any order ends in the same schedules`() {
        let versions = [Self.voting(), Self.voting(10, 70, version: 2), Self.voting(20, 80, version: 3)]
        let last = versions[2]
        // Each change is told with what was before it; what is stored is the last one all along.
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [2, 2, 0, 1, 1]] {
            var schedules: [String: Timestamp] = [:]
            // What was made while each version was the last.
            for version in versions.dropLast() {
                for entry in decideTimetable(of: version, after: nil, at: Self.at(-100)).schedules {
                    schedules[entry.name] = entry.at
                }
            }
            for index in order {
                let timetable = decideTimetable(
                    of: last, after: index == 0 ? nil : versions[index - 1], at: Self.at(-100))
                for entry in timetable.schedules { schedules[entry.name] = entry.at }
                for name in timetable.removed { schedules[name] = nil }
            }
            #expect(Set(schedules.keys) == ["v-REMINDER-v3", "v-ALERT-v3", "v-COUNT-v3"])
        }
    }

    @Test(
        arguments: [
            (nil, voting(), true), (voting(), voting(), false), (voting(), voting(title: "U"), false),
            (voting(), voting(1, 60, version: 2), true), (voting(), voting(cancelled: true), true),
            (voting(cancelled: true), voting(cancelled: true), false),
        ] as [(Voting?, Voting, Bool)])
    func `follows moves and cancellations alone`(earlier: Voting?, voting: Voting, follows: Bool) {
        #expect(changesSchedules(voting, from: earlier) == follows)
    }

    @Test func `a schedule's name has 64 characters at most`() {
        let id = String(repeating: "f", count: 24)
        #expect(VotingTimetable.name(of: .reminder, of: id, version: 999_999_999).utf8.count <= 64)
    }
}
