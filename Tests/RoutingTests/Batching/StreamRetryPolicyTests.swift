import Routing
import Testing
import Time

struct StreamRetryPolicyTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String { "\(retries) retries, \(count) records, attempt \(attempts)" }
        var retries = -1
        var bisects = false
        var count = 1
        var attempts = 1
        var decision: StreamRetryPolicy.Decision
    }

    static let rows = [
        Row(decision: .retry(after: .seconds(1))),
        Row(attempts: 2, decision: .retry(after: .seconds(2))),
        Row(attempts: 6, decision: .retry(after: .seconds(32))),
        Row(attempts: 7, decision: .retry(after: .seconds(60))),
        Row(attempts: 9_999, decision: .retry(after: .seconds(60))),
        Row(retries: 0, decision: .giveUp),
        Row(retries: 2, attempts: 2, decision: .retry(after: .seconds(2))),
        Row(retries: 2, attempts: 3, decision: .giveUp),
        Row(retries: 0, bisects: true, count: 2, decision: .split(1)),
        Row(retries: 0, bisects: true, count: 7, attempts: 5, decision: .split(3)),
        Row(retries: 0, bisects: true, count: 1, decision: .giveUp),
        Row(count: 7, decision: .retry(after: .seconds(1))),
    ]

    @Test(arguments: rows) func `a failed batch is retried, split or given up`(row: Row) {
        let policy = StreamRetryPolicy(
            maximumRetryAttempts: row.retries, maximumRecordAgeInSeconds: -1, bisects: row.bisects,
            retention: .seconds(86_400))
        #expect(policy.decide(count: row.count, attempts: row.attempts) == row.decision)
    }

    @Test(arguments: [(-1, 86_400), (60, 60), (604_800, 86_400)])
    func `a record is too old past its age or the stream's retention`(maximumAge: Int, limit: Int64) {
        let policy = StreamRetryPolicy(
            maximumRetryAttempts: -1, maximumRecordAgeInSeconds: maximumAge, bisects: false,
            retention: .seconds(86_400))
        let start = Timestamp(seconds: 0)
        #expect(!policy.isTooOld(start, at: Timestamp(seconds: limit)))
        #expect(policy.isTooOld(start, at: Timestamp(milliseconds: limit * 1_000 + 1)))
    }

    @Test func `lanes are dealt out evenly and stay the same`() {
        let lanes = StreamLanes(count: 10)
        var counts = Array(repeating: 0, count: 10)
        for number in 0..<10_000 { counts[lanes.lane(ofKey: Array(#"{"k":{"S":"\#(number)"}}"#.utf8))] += 1 }
        #expect(counts.allSatisfy { 800...1_200 ~= $0 })
        // What is kept of a lane would be taken for another's if these moved.
        #expect([1, 2, 10].map { StreamLanes(count: $0).lane(ofKey: Array("a".utf8)) } == [0, 0, 4])
        #expect(["a", "b", "c", "d"].map { lanes.lane(ofKey: Array($0.utf8)) } == [4, 1, 0, 1])
    }
}
