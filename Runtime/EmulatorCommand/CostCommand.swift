import ArgumentParser
import Emulator
import JSON

struct Cost: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says what a million of each event and flow would cost on AWS.",
        discussion: """
            Runs them one after the other, as `emulator replay` does, and counts what AWS charges for: request units of \
            DynamoDB, invocations and their time with the starts of their processes, requests, messages, logs. The time \
            is this machine's; the prices are those of us-east-1 without free tiers. Exit status 1 if a case fails.
            """)

    @OptionGroup var shared: TemplateOptions

    @Option(help: ArgumentHelp("The folder of events.", valueName: "folder"))
    var events = "events"

    @Option(help: ArgumentHelp("Only cases whose names contain this.", valueName: "text"))
    var filter = "flows/"

    @Flag(help: "Prints JSON.")
    var json = false

    func run() async throws {
        var configuration = try shared.configuration()
        configuration.meter = UsageMeter()
        let prices = try configuration.prices()
        let cases = try ReplayCase.discover(in: events).filter { $0.name.contains(filter) }
        let runner = ReplayRunner(configuration: configuration, events: events, updates: false)
        let outcomes = try await untilStopped {
            try await runner.run(cases, jobs: 1) { outcome in
                if !outcome.isGood { for line in outcome.lines { print(line) } }
            }
        }
        let rows = outcomes.compactMap { outcome in
            outcome.usage.map { CostRow(name: outcome.name, usage: $0, dollarsPerMillion: prices.price(of: $0) * 1e6) }
        }
        if json {
            print(JSONValue.array(rows.map(\.json)).prettyText)
        } else {
            for line in CostRow.table(rows) { print(line) }
        }
        if outcomes.contains(where: { !$0.isGood }) { throw ExitCode(1) }
    }
}

/// One line of the report.
private struct CostRow {
    let name: String
    let usage: Usage
    let dollarsPerMillion: Double

    private var invocations: Int { usage.invocations.values.reduce(0) { $0 + $1.count } }
    private var milliseconds: Int { usage.invocations.values.reduce(0) { $0 + $1.billedMilliseconds } }
    private var calls: Int { usage.calls.values.reduce(0, +) }

    var json: JSONValue {
        [
            "name": .string(name), "readUnits": number(usage.readUnits), "writeUnits": number(usage.writeUnits),
            "invocations": .number(JSONNumber(invocations)), "billedMilliseconds": .number(JSONNumber(milliseconds)),
            "calls": .object(
                JSONObject(usage.calls.sorted { $0.key < $1.key }.map { ($0.key, .number(JSONNumber($0.value))) })),
            "socketMessages": .number(JSONNumber(usage.socketMessages)),
            "connectionMinutes": .number(JSONNumber(usage.connectionMinutes)),
            "logBytes": .number(JSONNumber(usage.logBytes)),
            "dollarsPerMillion": number(dollarsPerMillion),
        ]
    }

    private func number(_ value: Double) -> JSONValue { JSONNumber(value).map(JSONValue.number) ?? .null }

    private var cells: [String] {
        [
            name, Self.text(usage.readUnits), Self.text(usage.writeUnits), String(invocations),
            String(milliseconds), String(calls), String(usage.socketMessages), String(usage.logBytes / 1_024),
            Self.text(dollarsPerMillion),
        ]
    }

    static func table(_ rows: [CostRow]) -> [String] {
        let heads = [
            "", "read units", "write units", "invocations", "billed ms", "other calls", "socket messages", "log KiB",
            "USD a million",
        ]
        let lines = [heads] + rows.map(\.cells)
        let widths = heads.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { cells in
            zip(cells, widths).enumerated().map { column, cell in
                let space = String(repeating: " ", count: cell.1 - cell.0.count)
                return column == 0 ? cell.0 + space : space + cell.0
            }.joined(separator: "  ")
        }
    }

    /// With one decimal.
    private static func text(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
