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

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The event, a JSON file; - reads standard input.", valueName: "file"))
    var event: String

    func run() async throws {
        var configuration = try shared.configuration()
        configuration.port = 0
        configuration.logDescriptor = 2
        let payload = try TextFile.read(event == "-" ? "/dev/stdin" : event)
        _ = try TextFile.parse(payload, named: event)
        let (name, settings) = (function, configuration)
        let reply = try await untilStopped {
            let emulator = try await Emulator.start(settings)
            let outcome: Result<InvocationReply, EmulatorError> = await withTaskCancellationHandler {
                do throws(EmulatorError) {
                    return .success(try await emulator.invoke(name, payload: payload))
                } catch {
                    return .failure(error)
                }
            } onCancel: {
                // The function ends, and with it the wait for it.
                Task { await emulator.stop() }
            }
            await emulator.stop()
            return try outcome.get()
        }
        print(reply.text)
        if reply.isError { throw ExitCode(1) }
    }
}
