import ArgumentParser
import Emulator

/// The options of DynamoDB Local.
///
/// - Note: Source: Amazon DynamoDB Developer Guide, "DynamoDB local usage notes", command line options.
struct DynamoDBLocalOptions: ParsableArguments {
    @Flag(name: .both("inMemory"), help: "Keeps the tables in memory, which is the default here.")
    var inMemory = false

    @Option(
        name: .both("dbPath"), help: ArgumentHelp("Keeps the tables in items.db in this folder.", valueName: "folder"))
    var dbPath: String?

    @Flag(name: .both("sharedDb"), help: "One database for all credentials and regions: always so here.")
    var sharedDb = false

    @Flag(name: .both("delayTransientStatuses"), help: "Taken and not followed: tables are active at once.")
    var delayTransientStatuses = false

    @Flag(name: .both("optimizeDbBeforeStartup"), help: "Taken and not needed.")
    var optimizeDbBeforeStartup = false

    @Flag(name: .both("disableTelemetry"), help: "Taken and not needed: nothing is ever sent.")
    var disableTelemetry = false

    @Option(name: .both("cors"), help: ArgumentHelp("Only * is taken: every origin may call.", valueName: "origins"))
    var cors: String?

    func validate() throws {
        if inMemory, dbPath != nil { throw ValidationError("Give -inMemory or -dbPath, not both.") }
        if let cors, cors != "*" {
            throw ValidationError("-cors takes only *: origins are not told apart here. Leave the option out.")
        }
    }

    /// The file in the folder of `-dbPath`; not DynamoDB Local's own file, whose format is another.
    func dataFile() throws(EmulatorError) -> String? {
        guard let dbPath else { return nil }
        guard Directory.isDirectory(dbPath) else {
            throw EmulatorError("-dbPath: there is no folder \(dbPath). Make it first.")
        }
        return dbPath.hasSuffix("/") ? "\(dbPath)items.db" : "\(dbPath)/items.db"
    }

    /// What the user should know of the options given, a line each.
    var remarks: [String] {
        var lines: [String] = []
        if delayTransientStatuses {
            lines.append("-delayTransientStatuses is not followed: tables are active at once.")
        }
        if optimizeDbBeforeStartup { lines.append("-optimizeDbBeforeStartup is not needed: nothing was done.") }
        return lines
    }
}
