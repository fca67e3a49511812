import JSON
import Synchronization

/// Runs cases, several at a time, each in a world of its own.
package struct ReplayRunner: Sendable {
    private let configuration: EmulatorConfiguration
    private let events: String
    private let updates: Bool

    /// - Parameter updates: writes what was seen as what is expected.
    package init(configuration: EmulatorConfiguration, events: String, updates: Bool) {
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
        let seed = try await SeedDatabase(configuration: configuration, functions: Set(functions))
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
        do throws(EmulatorError) {
            let seen = try await observe(replayCase, in: world)
            verdict = try judge(seen, replayCase)
        } catch {
            verdict = .failed(error.description)
        }
        var outcome = ReplayOutcome(name: replayCase.name, verdict: verdict, duration: .now - started)
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

    private func observe(_ replayCase: ReplayCase, in world: ReplayWorld) async throws(EmulatorError) -> JSONValue {
        switch replayCase.content {
        case .event(let function):
            let event = try TextFile.json(replayCase.file)
            try await world.reset(named: replayCase.name, at: ReplayWorld.instant(of: event))
            return try await world.invoke(function, event: event)
        case .flow:
            let flow = try ReplayFlow(file: replayCase.file, events: events)
            try await world.reset(named: replayCase.name, at: nil)
            var seen: [JSONValue] = []
            for step in flow.steps {
                if let observation = try await world.perform(step) { seen.append(observation) }
            }
            return .array(seen)
        }
    }
}
