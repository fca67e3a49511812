import ArgumentParser
import Emulator
import Glibc

struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs every event and flow, and compares what happens with what is expected.",
        discussion: """
            Each case runs on a fresh copy of events/seed with fresh function processes. Compared are the reply, every \
            change of the tables and every payment that was asked for, with <case>.expected.json beside the event. \
            A line is printed per case, and what differs. Exit status 1 if anything does.
            """)

    @OptionGroup var shared: TemplateOptions

    @Option(help: ArgumentHelp("The folder of events.", valueName: "folder"))
    var events = "events"

    @Option(
        help: ArgumentHelp(
            "Only cases whose name contains this, such as CastVote or flows/purchase.", valueName: "text"))
    var filter: String?

    @Option(help: "How many cases run at the same time (default: the cores).")
    var jobs: Int?

    @Flag(help: "Writes what was seen as what is expected; look at the difference before you keep it.")
    var update = false

    @Flag(help: "Each case again with everything delivered twice, in the same order: it must end in the same state.")
    var twice = false

    @Option(
        help: ArgumentHelp(
            "Each case again with deliveries reordered and repeated and answers lost, as the seed draws it, or each of a "
                + "range such as 1-100: it must end in the same state.", valueName: "seed"))
    var shuffle: String?

    @Option(help: ArgumentHelp("Writes the results as JUnit XML.", valueName: "file"))
    var junit: String?

    func validate() throws {
        if let jobs, !(1...64).contains(jobs) { throw ValidationError("--jobs takes 1 to 64.") }
        if shuffle != nil, seeds == nil {
            throw ValidationError(
                "--shuffle takes a number or a range such as 1-100, of \(Self.seedsMax) seeds at most.")
        }
    }

    private static let seedsMax = 100_000

    private var seeds: [UInt64]? {
        let numbers = (shuffle ?? "").split(separator: "-", omittingEmptySubsequences: false).map { UInt64($0) }
        guard let first = numbers.first ?? nil, let last = numbers.last ?? nil, numbers.count <= 2, first <= last,
            last - first < UInt64(Self.seedsMax)
        else { return nil }
        return Array(first...last)
    }

    func run() async throws {
        let configuration = try shared.configuration()
        let cases = try ReplayCase.discover(in: events).filter { filter.map($0.name.contains) ?? true }
        guard !cases.isEmpty else {
            throw EmulatorError("No event or flow under \(events) has a name with '\(filter ?? "")'.")
        }
        let progress = ProgressBar(total: cases.count)
        let started = ContinuousClock.now
        let runner = ReplayRunner(
            configuration: configuration, events: events, updates: update, isTwice: twice, seeds: seeds ?? [])
        let jobs = jobs ?? ReplayRunner.defaultJobs
        // Here and not after minutes of work, if it can't be written at all.
        if let junit { try TextFile.write(JUnitReport.text(of: []), to: junit) }
        let outcomes = try await untilStopped {
            try await runner.run(cases, jobs: jobs) { progress.show($0.lines) }
        }
        progress.finish()
        if let junit { try TextFile.write(JUnitReport.text(of: outcomes), to: junit) }
        let failed = outcomes.filter { !$0.isGood }.count
        let time = (ContinuousClock.now - started).millisecondsText
        print("\(outcomes.count - failed) passed, \(failed) failed in \(time) ms")
        if failed > 0 { throw ExitCode(1) }
    }
}
