import Routing
import Testing
import Time

struct ScheduleTests {
    static let created = Timestamp(rfc3339: "2026-01-01T00:00:20Z")!

    struct Row: Sendable, CustomTestStringConvertible {
        var expression: String
        var start: String? = nil
        var end: String? = nil
        var next: [String]
        var testDescription: String { "\(expression) from \(start ?? "-") to \(end ?? "-")" }
    }
    static let rows = [
        Row(
            expression: "rate(5 minutes)",
            next: ["2026-01-01T00:00:20Z", "2026-01-01T00:05:20Z", "2026-01-01T00:10:20Z"]),
        Row(
            expression: "rate(5 minutes)", start: "2026-01-01T00:03:00Z", end: "2026-01-01T00:08:00Z",
            next: ["2026-01-01T00:03:00Z", "2026-01-01T00:08:00Z"]),
        Row(
            expression: "rate(5 minutes)", start: "2026-01-01T00:03:00Z", end: "2026-01-01T00:07:59Z",
            next: ["2026-01-01T00:03:00Z"]),
        // A start that has passed still is what the rate counts from.
        Row(
            expression: "rate(5 minutes)", start: "2025-12-31T23:59:00Z",
            next: ["2026-01-01T00:04:00Z", "2026-01-01T00:09:00Z", "2026-01-01T00:14:00Z"]),
        Row(
            expression: "cron(0 * * * ? *)", start: "2026-01-01T03:00:00Z", end: "2026-01-01T04:00:00Z",
            next: ["2026-01-01T03:00:00Z", "2026-01-01T04:00:00Z"]),
        Row(
            expression: "at(2026-01-02T00:00:00)", start: "2027-01-01T00:00:00Z", end: "2026-01-01T00:00:00Z",
            next: ["2026-01-02T00:00:00Z"]),
        Row(expression: "at(2025-01-02T00:00:00)", next: []),
    ]
    @Test(arguments: rows) func `runs within its dates`(row: Row) throws {
        let schedule = Schedule(
            try ScheduleExpression(parsing: row.expression, for: .scheduler), createdAt: Self.created,
            startDate: row.start.flatMap { Timestamp(rfc3339: $0) }, endDate: row.end.flatMap { Timestamp(rfc3339: $0) }
        )
        var instant = Self.created - .milliseconds(1)
        var found: [Timestamp] = []
        while found.count < 3, let next = schedule.next(after: instant) {
            #expect(next.invokedAt == next.scheduledAt)
            found.append(next.scheduledAt)
            instant = next.scheduledAt
        }
        #expect(found == row.next.compactMap { Timestamp(rfc3339: $0) })
    }

    @Test(arguments: [1, 15, 1_440]) func `spreads runs over the window, the same for the same seed`(minutes: Int64)
        throws
    {
        func delays(seed: UInt64) throws -> [Int64] {
            let schedule = Schedule(
                try ScheduleExpression(parsing: "rate(1 hour)", for: .scheduler), createdAt: Self.created,
                window: try FlexibleTimeWindow(mode: "FLEXIBLE", maximumWindowInMinutes: minutes), seed: seed)
            return (0..<200).compactMap { hour in
                schedule.next(after: Self.created + .seconds(hour * 3_600)).map {
                    ($0.invokedAt - $0.scheduledAt).wholeMilliseconds
                }
            }
        }
        let first = try delays(seed: 1)
        #expect(try delays(seed: 1) == first)
        #expect(try delays(seed: 2) != first)
        #expect(first.allSatisfy { (0..<minutes * 60_000).contains($0) })
        #expect(first.contains { $0 < minutes * 12_000 } && first.contains { $0 > minutes * 48_000 })
    }

    @Test(
        arguments: [("OFF", 1), ("FLEXIBLE", nil), ("FLEXIBLE", 0), ("FLEXIBLE", 1_441), ("flexible", 5), ("", nil)]
            as [(String, Int64?)])
    func `refuses a window that is none`(mode: String, minutes: Int64?) {
        #expect(throws: FlexibleTimeWindowError.self) {
            try FlexibleTimeWindow(mode: mode, maximumWindowInMinutes: minutes)
        }
    }
}
