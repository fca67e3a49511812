import ArgumentParser
import Emulator
import Glibc

struct DynamoDB: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dynamodb",
        abstract: "Serves DynamoDB alone, without a template, until Ctrl-C.",
        discussion: """
            It takes the place of DynamoDB Local: its options are understood, with one dash or two. Without --data or \
            -dbPath the tables are gone afterwards. For example:

              emulator dynamodb --port 8000 --data tables.db
              AWS_ENDPOINT_URL=http://127.0.0.1:8000 aws dynamodb list-tables
            """,
        // Not -h: it would be found in -dbPath.
        helpNames: .both("help"))

    @Option(name: .both("port"), help: "The port; 0 takes a free one.")
    var port = 8_000

    @Option(help: ArgumentHelp("The address to listen at; 0.0.0.0 lets other machines in.", valueName: "address"))
    var host = "127.0.0.1"

    @Option(help: ArgumentHelp("Keeps the tables in this file.", valueName: "file"))
    var data: String?

    @Option(help: "process: an answered write survives a crash or kill; disk: a power failure too.")
    var durability = DurabilityOption.process

    @Option(
        help: ArgumentHelp(
            "Verifies the requests' signatures by the keys in this file, which is written as ~/.aws/credentials.",
            valueName: "file"))
    var credentials: String?

    @Option(help: "Threads that carry the connections; one is best on few cores.")
    var threads = 1

    @OptionGroup(title: "Options of DynamoDB Local") var local: DynamoDBLocalOptions

    func validate() throws {
        if !(0...65_535).contains(port) { throw ValidationError("--port takes 0 to 65535.") }
        if !(1...64).contains(threads) { throw ValidationError("--threads takes 1 to 64.") }
        if data != nil, local.dbPath != nil { throw ValidationError("Give --data or -dbPath, not both.") }
        if data != nil, local.inMemory { throw ValidationError("Give --data or -inMemory, not both.") }
    }

    func run() async throws {
        var configuration = DynamoDBServerConfiguration()
        configuration.host = host
        configuration.port = port
        configuration.threads = threads
        configuration.dataFile = try data ?? local.dataFile()
        configuration.credentialsFile = credentials
        configuration.syncsToDisk = durability == .disk
        let stopped = StopSignals()
        let server = try await DynamoDBServer.start(configuration)
        for line in local.remarks { print(line) }
        print(configuration.dataFile.map { "Tables: \($0)" } ?? "Tables: in memory, gone when this ends")
        print("Serving DynamoDB at \(server.endpoint)")
        fflush(nil)
        _ = await stopped.wait()
        print("Stopping.")
        await server.stop()
    }
}

extension NameSpecification {
    /// `--name` and, as DynamoDB Local spells it, `-name`.
    static func both(_ name: String) -> NameSpecification {
        [.customLong(name), .customLong(name, withSingleDash: true)]
    }
}
