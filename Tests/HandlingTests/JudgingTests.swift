import Domain
import Handling
import Machine
import Testing
import Time

struct JudgingTests {
    static let received = Timestamp(seconds: 1_000)
    static let storing = VotingPlanRules.storingTimeMax.wholeMilliseconds

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// Milliseconds from the gateway to the function.
        var lateness: Int64
        /// Milliseconds from there to the decision.
        var elapsed: Int64
        /// Milliseconds after the gateway's time.
        var judged: Int64
        /// Milliseconds that are left to store it.
        var left: Int64
    }

    static let rows = [
        Row(testDescription: "at once", lateness: 0, elapsed: 0, judged: 0, left: storing),
        Row(testDescription: "a cold start", lateness: 700, elapsed: 100, judged: 0, left: storing - 800),
        Row(testDescription: "the last to go by the gateway", lateness: 0, elapsed: 2_000, judged: 0, left: 2_000),
        Row(testDescription: "a slow read", lateness: 0, elapsed: 2_001, judged: 2_001, left: storing),
        Row(testDescription: "late and slow", lateness: 1_500, elapsed: 600, judged: 2_100, left: storing),
        Row(testDescription: "as late as can be", lateness: 30_000, elapsed: 5, judged: 30_005, left: storing),
        Row(testDescription: "of another day", lateness: 30_001, elapsed: 5, judged: 0, left: storing - 5),
        Row(
            testDescription: "another day, slow", lateness: 86_400_000, elapsed: 3_000, judged: 3_000, left: storing),
        Row(testDescription: "the gateway's clock is ahead", lateness: -50, elapsed: 10, judged: 0, left: storing - 10),
    ]

    @Test(arguments: rows) func `goes by the gateway's time as long as what is decided can be stored in time`(row: Row)
    {
        let start = ContinuousClock.now
        let judging = Judging(
            receivedAt: Self.received, arrivedAt: Self.received + .milliseconds(row.lateness), start: start)
        let instant = start + .milliseconds(row.elapsed)
        let verdict = judging.verdict(at: instant)
        #expect(verdict.now == Self.received + .milliseconds(row.judged))
        #expect(verdict.storeBy == instant + .milliseconds(row.left))
        // The clock moves on while it is stored: not past what was promised.
        let storedBy = row.elapsed + row.left + max(0, row.lateness <= 30_000 ? row.lateness : 0)
        #expect(storedBy <= row.judged + Self.storing)
    }

    @Test func `work has the nearer of two deadlines`() async throws {
        let verdict = Judging(receivedAt: Self.received, arrivedAt: Self.received).verdict()
        #expect(try await verdict.inTime { WorkDeadline.current } == verdict.storeBy)
        let near = ContinuousClock.now + .seconds(1)
        let found = try await WorkDeadline.$current.withValue(near) {
            try await verdict.inTime { WorkDeadline.current }
        }
        #expect(found == near)
    }
}
