import Routing
import Testing
import Time

struct RetryPolicyTests {
    static let start = Timestamp(seconds: 1_000)

    @Test func `waits ever longer, with jitter that a seed picks`() {
        func pauses(seed: UInt64) -> [Int64] {
            (1...20).compactMap { failures in
                guard
                    case .retry(let at) = RetryPolicy.default.decide(
                        failures: failures, since: Self.start, at: Self.start, seed: seed)
                else { return nil }
                return (at - Self.start).wholeMilliseconds
            }
        }
        let first = pauses(seed: 1)
        #expect(first == pauses(seed: 1))
        #expect(first != pauses(seed: 2))
        for (index, pause) in first.enumerated() {
            let ceiling: Int64 = 1_000 << Int64(min(index, 9))
            #expect((ceiling / 2...ceiling).contains(pause))
        }
        #expect(Set(first.suffix(11)).count > 5)
    }

    @Test func `makes 185 attempts within a day`() {
        var now = Self.start
        var failures = 1
        while case .retry(let at) = RetryPolicy.default.decide(failures: failures, since: Self.start, at: now, seed: 7)
        {
            (now, failures) = (at, failures + 1)
        }
        #expect(failures == 186)
        #expect(now - Self.start < .seconds(86_400))
        #expect(RetryPolicy.default.decide(failures: 186, since: Self.start, at: now, seed: 7) == .giveUp(.attempts))
    }

    @Test func `gives up by attempts and by age`() throws {
        let none = try RetryPolicy(maximumRetryAttempts: 0)
        #expect(none.decide(failures: 1, since: Self.start, at: Self.start, seed: 0) == .giveUp(.attempts))
        let young = try RetryPolicy(maximumEventAgeInSeconds: 60)
        let old = young.decide(failures: 1, since: Self.start, at: Self.start + .milliseconds(59_501), seed: 0)
        #expect(old == .giveUp(.age))
        let fresh = young.decide(failures: 1, since: Self.start, at: Self.start + .seconds(59), seed: 0)
        #expect(fresh != .giveUp(.age))
        #expect(
            RetryLimit.attempts.eventBridgeName == "MaximumRetryAttempts"
                && RetryLimit.age.lambdaName == "EventAgeExceeded")
        #expect(
            RetryLimit.age.eventBridgeName == "MaximumEventAgeInSeconds"
                && RetryLimit.attempts.lambdaName == "RetriesExhausted")
    }

    /// Numbers, and whether EventBridge's and Lambda's policies take them.
    static let bounds: [(Int, Int, Bool, Bool)] = [
        (0, 60, true, true), (2, 21_600, true, true), (3, 21_600, true, false), (2, 21_601, true, false),
        (185, 86_400, true, false),
        (186, 86_400, false, false), (185, 86_401, false, false), (-1, 60, false, false), (0, 59, false, false),
    ]
    @Test(arguments: bounds) func `keeps the bounds of a policy`(
        attempts: Int, age: Int, eventBridge: Bool, lambda: Bool
    ) {
        #expect(
            ((try? RetryPolicy(maximumRetryAttempts: attempts, maximumEventAgeInSeconds: age)) != nil) == eventBridge)
        #expect(
            ((try? AsynchronousRetryPolicy(maximumRetryAttempts: attempts, maximumEventAgeInSeconds: age)) != nil)
                == lambda)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var failure: AsynchronousRetryPolicy.Failure, count: Int, elapsed: Int64, pause: Int64?
        var limit: RetryLimit? = nil
        var testDescription: String { "\(failure) \(count) after \(elapsed) s" }
    }
    static let rows = [
        Row(failure: .function, count: 1, elapsed: 0, pause: 60),
        Row(failure: .function, count: 2, elapsed: 70, pause: 120),
        Row(failure: .function, count: 3, elapsed: 200, pause: nil, limit: .attempts),
        Row(failure: .function, count: 1, elapsed: 21_540, pause: 60),
        Row(failure: .function, count: 1, elapsed: 21_541, pause: nil, limit: .age),
        Row(failure: .system, count: 1, elapsed: 0, pause: 1), Row(failure: .system, count: 2, elapsed: 1, pause: 2),
        Row(failure: .system, count: 9, elapsed: 500, pause: 256),
        Row(failure: .system, count: 10, elapsed: 900, pause: 300),
        Row(failure: .system, count: 80, elapsed: 21_300, pause: 300),
        Row(failure: .system, count: 81, elapsed: 21_301, pause: nil, limit: .age),
    ]
    @Test(arguments: rows) func `runs a function again as Lambda does`(row: Row) {
        let now = Self.start + .seconds(row.elapsed)
        let decision = AsynchronousRetryPolicy.default.decide(
            after: row.failure, count: row.count, since: Self.start, at: now)
        #expect(decision == row.limit.map { .giveUp($0) } ?? .retry(at: now + .seconds(row.pause ?? 0)))
    }

    @Test func `runs a function once if told so`() throws {
        let once = try AsynchronousRetryPolicy(maximumRetryAttempts: 0)
        #expect(once.decide(after: .function, count: 1, since: Self.start, at: Self.start) == .giveUp(.attempts))
        #expect(
            once.decide(after: .system, count: 1, since: Self.start, at: Self.start)
                == .retry(at: Self.start + .seconds(1)))
    }
}
