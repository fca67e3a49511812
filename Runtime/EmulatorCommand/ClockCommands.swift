import ArgumentParser
import Emulator
import JSON
import Time

/// Where the running emulator is.
struct EndpointOption: ParsableArguments {
    @Option(help: "The address of the running emulator.")
    var endpoint = EmulatorConfiguration.defaultEndpoint
}

struct Advance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Moves the clock of a running emulator forward.",
        discussion: """
            Schedules, delays, retries and everything else that falls due on the way is carried out in order; the command \
            returns when nothing is left to do. For example: emulator advance 1h30m
            """)

    @OptionGroup var shared: EndpointOption

    @Argument(help: ArgumentHelp("How far, such as 45m, 1h30m, 2d or 250ms.", valueName: "duration"))
    var duration: String?

    @Option(help: ArgumentHelp("To which instant, such as 2023-02-23T18:00:00Z.", valueName: "time"))
    var to: String?

    func validate() throws {
        guard (duration == nil) != (to == nil) else { throw ValidationError("Give a duration or --to.") }
        if let duration, Duration(units: duration) == nil {
            throw ValidationError("A duration is written like 45m, 1h30m, 2d or 250ms, not '\(duration)'.")
        }
        if let to, Timestamp(rfc3339: to) == nil {
            throw ValidationError("An instant is written like 2023-02-23T18:00:00Z, not '\(to)'.")
        }
    }

    func run() async throws {
        var input: JSONValue = [:]
        if let to { input = ["to": .string(to)] }
        if let duration = duration.flatMap(Duration.init(units:)) {
            input = ["byMilliseconds": .number(JSONNumber(Int(duration.wholeMilliseconds)))]
        }
        let answer = try await ControlClient(endpoint: shared.endpoint).call("POST", "clock", input)
        print("It is \(answer["now"]?.string ?? "?"). Things fell due at \(answer["instantsDue"]?.int ?? 0) instants.")
    }
}

struct Clock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Says what time it is in a running emulator.")

    @OptionGroup var shared: EndpointOption

    func run() async throws {
        let answer = try await ControlClient(endpoint: shared.endpoint).call("GET", "clock")
        let ahead = answer["aheadMilliseconds"]?.int.map { $0 == 0 ? "with the wall clock" : "\($0) ms ahead of it" }
        print("\(answer["now"]?.string ?? "?"), \(ahead ?? "standing still")")
    }
}
