import ArgumentParser
import Emulator
import Glibc
import JSON

struct Snapshot: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copies everything that a running emulator keeps to a folder.",
        discussion: "Tables, objects, queues, schedules and whatever waits are copied as they are at one moment.")

    @OptionGroup var shared: EndpointOption

    @Argument(help: ArgumentHelp("The folder to make; it must not be there yet.", valueName: "folder"))
    var folder: String

    func run() async throws {
        // The emulator may have been started elsewhere.
        let path = folder.hasPrefix("/") ? folder : currentFolder + "/" + folder
        let whole = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        let answer = try await ControlClient(endpoint: shared.endpoint)
            .call("POST", "snapshot", ["folder": .string(whole)])
        print("Made \(folder) in \(answer["milliseconds"]?.int ?? 0) ms")
    }

    private var currentFolder: String {
        guard let folder = getcwd(nil, 0) else { return "." }
        defer { free(folder) }
        return String(cString: folder)
    }
}

struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Puts a snapshot in a folder for --data.",
        discussion: """
            The snapshot is checked first, and what was in the folder goes when the copy is whole. Start the emulator with the \
            folder afterwards: everything goes on from the moment of the snapshot.
            """)

    @Argument(help: ArgumentHelp("A folder made by `emulator snapshot`.", valueName: "folder"))
    var snapshot: String

    @Option(help: ArgumentHelp("The folder to put it in.", valueName: "folder"))
    var data: String

    @Flag(help: "Replaces what is in the folder.")
    var force = false

    func run() async throws {
        let time = try Emulator.restore(snapshot, to: data, force: force)
        print("\(data) is as of \(time)")
    }
}
