import ItemDB
import Time

/// The state that every case starts from, made once and copied for each.
struct SeedDatabase: Sendable {
    private let folder: String
    private var file: String { "\(folder)/seed.db" }

    /// Makes sure that every function is built, and reads the seed through the DynamoDB API, so that a bad item is
    /// refused in DynamoDB's words.
    ///
    /// - Parameters:
    ///   - functions: logical ids that the template must have.
    ///   - makesKeys: whether user pools will sign tokens.
    init(configuration: EmulatorConfiguration, functions: Set<String>, makesKeys: Bool) async throws {
        do throws(StorageError) {
            folder = try ItemDatabase.temporaryDirectory()
        } catch {
            throw EmulatorError("\(error)")
        }
        do {
            var configuration = configuration
            configuration.port = 0
            // In its own time: by the wall clock much of it has expired.
            configuration.standsAt = ReplayWorld.defaultInstant
            let emulator = try await Emulator.start(configuration)
            do {
                // Here and not case by case: what was not built must not be taken for what was seen.
                try emulator.requireExecutables(for: functions)
                if makesKeys { await emulator.makePoolKeys() }
                try await emulator.snapshot(to: file)
            } catch {
                await emulator.stop()
                throw error
            }
            await emulator.stop()
        } catch {
            remove()
            throw error
        }
    }

    /// A fresh copy, which goes away with the object.
    func copy(clock: EmulatorClock) throws(EmulatorError) -> ItemDatabase {
        let database: ItemDatabase
        do throws(StorageError) {
            database = try ItemDatabase.temporary(copyOf: file, options: DatabaseOptions(clock: { clock.now }))
        } catch {
            throw EmulatorError("\(error)")
        }
        try ObjectFiles.link(
            from: ObjectFiles.folder(beside: file), to: ObjectFiles.folder(beside: database.path))
        return database
    }

    func remove() { ItemDatabase.remove(folder) }
}
