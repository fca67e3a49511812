import ItemDB
import NIOCore

/// What a deployment stands on, and leaves to the next one when the template changes.
struct Ground: Sendable {
    let database: ItemDatabase
    let clock: EmulatorClock
    let identifiers: IdentifierSource
    let log: FunctionLog
    let loops: any EventLoopGroup
    /// The emulator's own address, such as `http://127.0.0.1:4566`.
    let endpoint: String
    let objects: ObjectFiles
    /// What fresh resources start with; nil for nothing.
    let seedFolder: String?
    let work = WorkInHand()
    let traces = Traces()
    /// nil unless it serves a replay.
    let trial: Trial?

    init(
        database: ItemDatabase, clock: EmulatorClock, identifiers: IdentifierSource, log: FunctionLog,
        loops: any EventLoopGroup, endpoint: String, syncsToDisk: Bool, seedFolder: String?,
        trial: Trial? = nil
    ) {
        self.trial = trial
        self.database = database
        self.clock = clock
        self.identifiers = identifiers
        self.log = log
        self.loops = loops
        self.endpoint = endpoint
        objects = ObjectFiles(folder: ObjectFiles.folder(beside: database.path), syncsToDisk: syncsToDisk)
        self.seedFolder = seedFolder
    }

    var lambdaHost: LambdaHost {
        LambdaHost(
            loops: loops, clock: clock, identifiers: identifiers, log: log, traces: traces,
            environment: [
                "AWS_REGION": LocalAccount.region, "AWS_DEFAULT_REGION": LocalAccount.region,
                "AWS_ENDPOINT_URL": endpoint,
            ], trial: trial)
    }
}
