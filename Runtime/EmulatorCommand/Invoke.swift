import ArgumentParser
import Emulator
import Glibc

struct Invoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs one function on one event and prints its reply.",
        discussion: """
            The tables start from the seed. The reply goes to standard output, the function's log and its report to \
            standard error. For example: emulator invoke CastVote --event events/CastVote/free.json
            """)

    @OptionGroup var shared: TemplateOptions

    @Argument(help: "The function's logical id.")
    var function: String

    @Option(name: .shortAndLong, help: ArgumentHelp("The event, a JSON file; - reads standard input.", valueName: "file"))
    var event: String

    func run() async throws {
        var configuration = try shared.configuration()
        configuration.port = 0
        configuration.logDescriptor = 2
        let payload = try TextFile.read(event == "-" ? "/dev/stdin" : event)
        _ = try TextFile.parse(payload, named: event)
        let emulator = try await Emulator.start(configuration)
        let outcome: Result<InvocationReply, EmulatorError>
        do throws(EmulatorError) {
            outcome = .success(try await emulator.invoke(function, payload: payload))
        } catch {
            outcome = .failure(error)
        }
        await emulator.stop()
        let reply = try outcome.get()
        print(reply.text)
        if reply.isError { throw ExitCode(1) }
    }
}
