import JSON
import Synchronization

/// Runs cases, several at a time, each in a world of its own.
package struct ReplayRunner: Sendable {
    private let configuration: EmulatorConfiguration
    private let events: String
    private let updates: Bool
    private let disturbances: [Disturbance.Kind]

    /// - Parameters:
    ///   - updates: writes what was seen as what is expected.
    ///   - isTwice: after its plain run each case runs again with everything delivered twice.
    ///   - seeds: after its plain run each case runs again in as many other orders.
    package init(
        configuration: EmulatorConfiguration, events: String, updates: Bool, isTwice: Bool = false,
        seeds: [UInt64] = []
    ) {
        disturbances = (isTwice ? [.twice] : []) + seeds.map { .shuffle(seed: $0) }
        self.configuration = configuration
        self.events = events
        self.updates = updates
    }

    package static var defaultJobs: Int { FunctionConfiguration.processors }

    /// - Parameter each: called once per case as it ends, never twice at a time.
    /// - Returns: the outcomes in the order of the cases.
    /// - Throws: `EmulatorError` if no case can run: a template or seed that can't be read.
    package func run(
        _ cases: [ReplayCase], jobs: Int, each: @escaping @Sendable (ReplayOutcome) -> Void
    ) async throws -> [ReplayOutcome] {
        let functions = cases.compactMap { if case .event(let function) = $0.content { function } else { nil } }
        let hasFlows = functions.count < cases.count
        let seed = try await SeedDatabase(
            configuration: configuration, functions: Set(functions), makesKeys: hasFlows)
        defer { seed.remove() }
        let queue = CaseQueue(cases.indices, each: each)
        return try await withThrowingTaskGroup(of: [(Int, ReplayOutcome)].self) { group in
            for _ in 0..<min(jobs, cases.count) {
                group.addTask {
                    let world = try await ReplayWorld.open(configuration: configuration, seed: seed)
                    var outcomes: [(Int, ReplayOutcome)] = []
                    while !Task.isCancelled, let index = queue.next() {
                        let outcome = await run(cases[index], in: world)
                        queue.report(outcome)
                        outcomes.append((index, outcome))
                    }
                    await world.close()
                    return outcomes
                }
            }
            var all: [(Int, ReplayOutcome)] = []
            for try await outcomes in group { all += outcomes }
            return all.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// The cases left to run, and one voice for what became of them.
    private final class CaseQueue: Sendable {
        private let indices: Mutex<IndexingIterator<Range<Int>>>
        private let each: @Sendable (ReplayOutcome) -> Void
        private let reporting = Mutex(())

        init(_ indices: Range<Int>, each: @escaping @Sendable (ReplayOutcome) -> Void) {
            self.indices = Mutex(indices.makeIterator())
            self.each = each
        }

        func next() -> Int? { indices.withLock { $0.next() } }

        func report(_ outcome: ReplayOutcome) { reporting.withLock { _ in each(outcome) } }
    }

    private func run(_ replayCase: ReplayCase, in world: ReplayWorld) async -> ReplayOutcome {
        let started = ContinuousClock.now
        var verdict: ReplayOutcome.Verdict
        var usage: Usage?
        _ = configuration.meter?.take()
        do throws(EmulatorError) {
            let seen = try await observe(replayCase, in: world, nil)
            usage = configuration.meter?.take()
            verdict = try judge(seen, replayCase)
            if verdict.isGood, let differences = try await disturb(replayCase, in: world) {
                verdict = .differs(differences)
            }
        } catch {
            verdict = .failed(error.description)
        }
        var outcome = ReplayOutcome(name: replayCase.name, verdict: verdict, duration: .now - started)
        outcome.usage = usage
        if !outcome.isGood { outcome.log = world.log(ofCase: replayCase.name) }
        return outcome
    }

    private func judge(_ seen: JSONValue, _ replayCase: ReplayCase) throws(EmulatorError) -> ReplayOutcome.Verdict {
        let expected = try replayCase.expectation()
        let differences = JSONDifference.lines(expected: expected, actual: seen)
        if expected != nil, differences.isEmpty { return .passed }
        if updates {
            try TextFile.write(seen.prettyText + "\n", to: replayCase.expectedFile)
            return .updated
        }
        return expected == nil ? .noExpectation : .differs(differences)
    }

    /// Audits the plain run, then runs the case again in each other way: it must end where the plain run did.
    ///
    /// - Returns: what is wrong, with the way to see it again; nil if all is well.
    private func disturb(
        _ replayCase: ReplayCase, in world: ReplayWorld
    ) async throws(EmulatorError) -> [String]? {
        let plain = try await world.endState()
        let isAudited = try replayCase.isAudited
        let violations = isAudited ? try await world.audit() : []
        guard violations.isEmpty else { return violations }
        for kind in disturbances {
            var differences: [String]
            do throws(EmulatorError) {
                _ = try await observe(replayCase, in: world, kind)
                differences = plain.differences(to: try await world.endState())
                if isAudited { differences += try await world.audit() }
            } catch {
                differences = [error.description]
            }
            if !differences.isEmpty { return ["with \(kind.option) --filter \(replayCase.name):"] + differences }
        }
        return nil
    }

    private func observe(
        _ replayCase: ReplayCase, in world: ReplayWorld, _ disturbance: Disturbance.Kind?
    ) async throws(EmulatorError) -> JSONValue {
        switch replayCase.content {
        case .event(let function):
            let event = try TextFile.json(replayCase.file)
            try await world.reset(named: replayCase.name, at: ReplayWorld.instant(of: event), disturbance)
            return try await world.invoke(function, event: event)
        case .flow:
            let flow = try ReplayFlow(file: replayCase.file, events: events)
            try await world.reset(named: replayCase.name, at: nil, disturbance)
            var seen: [JSONValue] = []
            for step in flow.steps {
                seen += try await world.perform(step)
            }
            return .array(seen)
        }
    }
}
