import ArgumentParser
import Emulator
import JSON

struct Policies: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says what of the functions' policies a replay uses, and what it never needs.",
        discussion: """
            Runs every event and flow first, as `emulator replay` does. Exit status 1 if one of them fails, or if something \
            is granted that nothing used.
            """)

    @OptionGroup var shared: TemplateOptions

    @Option(help: ArgumentHelp("The folder of events.", valueName: "folder"))
    var events = "events"

    @Flag(help: "Prints JSON: by function what was used, denied and not used.")
    var json = false

    func run() async throws {
        let configuration = try shared.configuration()
        let cases = try ReplayCase.discover(in: events)
        let runner = ReplayRunner(configuration: configuration, events: events, updates: false)
        let outcomes = try await untilStopped {
            try await runner.run(cases, jobs: ReplayRunner.defaultJobs) { outcome in
                if !outcome.isGood { for line in outcome.lines { print(line) } }
            }
        }
        let report = configuration.policyUsage.report
        if json { print(report.prettyText) } else { show(report) }
        let isUnused = report.object?.members.contains { !($0.value["unused"]?.array ?? []).isEmpty } ?? false
        if isUnused || outcomes.contains(where: { !$0.isGood }) { throw ExitCode(1) }
    }

    private func show(_ report: JSONValue) {
        for (function, parts) in report.object?.members.map({ ($0.key, $0.value) }) ?? [] {
            print(function)
            for (part, mark) in [("used", "used   "), ("denied", "DENIED "), ("unused", "UNUSED ")] {
                for entry in parts[part]?.array ?? [] {
                    let count = entry["count"]?.int.map { "  \($0) times" } ?? ""
                    print("  \(mark) \(entry["action"]?.string ?? "")  \(entry["resource"]?.string ?? "")\(count)")
                }
            }
        }
    }
}
