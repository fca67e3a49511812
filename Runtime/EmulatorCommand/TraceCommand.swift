import ArgumentParser
import Emulator
import JSON

struct Trace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what followed from one event: functions, writes, messages, with their times.",
        discussion: """
            Without an id it lists the latest traces. An id is the root of X-Amzn-Trace-Id, which the answers of APIs and \
            the log of every function carry. For example: emulator trace 1-67c8f3a1-0123456789abcdef01234567
            """)

    @OptionGroup var shared: EndpointOption

    @Argument(help: "The trace's root.")
    var id: String?

    func run() async throws {
        let client = try ControlClient(endpoint: shared.endpoint)
        guard let id else {
            for trace in try await client.call("GET", "traces").array ?? [] {
                let count = trace["spans"]?.int ?? 0
                print(
                    "\(trace["root"]?.string ?? "")  \(trace["at"]?.string ?? "")  \(count) spans  \(trace["name"]?.string ?? "")"
                )
            }
            return
        }
        let trace = try await client.call("GET", "traces/\(id)")
        let spans = trace["spans"]?.array ?? []
        let end = spans.map { ($0["startMicroseconds"]?.int ?? 0) + ($0["durationMicroseconds"]?.int ?? 0) }.max() ?? 0
        for span in spans { print(Self.line(span, end: max(end, 1))) }
        if let dropped = trace["dropped"]?.int, dropped > 0 { print("and \(dropped) more that were not kept") }
    }

    private static let barWidth = 40

    /// `   1.250 ms  +  0.400 ms |    ████        | lambda CastVote`
    private static func line(_ span: JSONValue, end: Int) -> String {
        let start = span["startMicroseconds"]?.int ?? 0
        let duration = span["durationMicroseconds"]?.int ?? 0
        let from = start * barWidth / end
        let length = min(max(1, duration * barWidth / end), barWidth - min(from, barWidth - 1))
        let bar =
            String(repeating: " ", count: min(from, barWidth - 1)) + String(repeating: "█", count: length)
        let padded = bar + String(repeating: " ", count: max(0, barWidth - bar.count))
        let mark = span["isError"]?.bool == true ? "  FAILED" : ""
        let name = "\(span["service"]?.string ?? "") \(span["name"]?.string ?? "")"
        return "\(milliseconds(start)) + \(milliseconds(duration)) ms |\(padded)| \(name)\(mark)"
    }

    /// With three digits after the point, ten wide.
    private static func milliseconds(_ microseconds: Int) -> String {
        let fraction = String(microseconds % 1_000)
        let text = "\(microseconds / 1_000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
        return String(repeating: " ", count: max(0, 10 - text.count)) + text
    }
}
