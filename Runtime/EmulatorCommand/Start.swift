import ArgumentParser
import Emulator
import Glibc

struct Start: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves the template until Ctrl-C.",
        discussion: """
            Point any AWS client at the printed address (AWS_ENDPOINT_URL); its credentials may be any. Functions start \
            when they are first called and stay warm; their logs appear here. Without --data everything starts from \
            events/seed and is gone afterwards.
            """)

    @OptionGroup var shared: TemplateOptions

    @Option(help: "The port on 127.0.0.1; 0 takes a free one.")
    var port = EmulatorConfiguration.defaultPort

    @Option(help: ArgumentHelp("Keeps everything in this folder, which is made if need be.", valueName: "folder"))
    var data: String?

    @Option(help: "process: an answered write survives a crash or kill of the emulator; disk: a power failure too.")
    var durability = DurabilityOption.process

    @Option(help: "Threads that carry the connections; one is best on few cores.")
    var threads = 1

    @Flag(help: "Takes up rebuilt functions and a changed template as they come; data and open sockets stay.")
    var watch = false

    @Flag(help: "Prints no logs of functions.")
    var quiet = false

    func validate() throws {
        if !(0...65_535).contains(port) { throw ValidationError("--port takes 0 to 65535.") }
        if !(1...64).contains(threads) { throw ValidationError("--threads takes 1 to 64.") }
    }

    func run() async throws {
        var configuration = try shared.configuration()
        configuration.port = port
        configuration.dataFolder = data
        configuration.syncsToDisk = durability == .disk
        configuration.threads = threads
        configuration.logDescriptor = quiet ? nil : 1
        let stopped = StopSignals()
        let emulator = try await Emulator.start(configuration)
        for line in emulator.summary { print(line) }
        fflush(nil)
        let reload = Task { [watch] in
            guard watch else { return }
            do {
                try await emulator.watch { line in
                    print(line)
                    fflush(nil)
                }
            } catch {
                // It serves on; only nothing is taken up any more.
                print(error)
                fflush(nil)
            }
        }
        _ = await stopped.wait()
        reload.cancel()
        print("Stopping. Once more ends it at once.")
        let watch = Task {
            if await stopped.wait() { _exit(130) }
        }
        defer { watch.cancel() }
        await emulator.stop()
    }
}

enum DurabilityOption: String, ExpressibleByArgument, CaseIterable {
    case process
    case disk
}
