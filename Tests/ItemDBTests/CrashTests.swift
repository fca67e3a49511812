import Expressions
import Glibc
import ItemDB
import Items
import Synchronization
import Testing

/// A process killed under load loses no write that it had answered.
struct CrashTests {
    /// Writes as fast as it can from four tasks, notes each answer in a file, and is killed in the middle.
    private static func writeUntilKilled(
        _ directory: String, afterMicroseconds: UInt32, _ durability: String
    ) async throws {
        var options = TestClock().options
        options.durability = try #require(DatabaseOptions.Durability(rawValue: durability))
        let database = try ItemDatabase.open(directory + "/items.db", options: options)
        let table =
            try database.table(named: "T")
            ?? database.makeTable(indexes: IndexModelTests.indexes, stream: .newImage)
        let answers = open(directory + "/acknowledged", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        let start = database.count(table).items
        var killer = pthread_t()
        let delay = UnsafeMutableRawPointer(bitPattern: UInt(afterMicroseconds))
        pthread_create(
            &killer, nil,
            { delay in
                usleep(UInt32(UInt(bitPattern: delay)))
                kill(getpid(), SIGKILL)
                return nil
            }, delay)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<4 {
                group.addTask {
                    for step in 0..<1_000_000 {
                        let number = start + step * 4 + task
                        let item: Item = ["pk": .string("\(number)"), "sk": "s", "g": "x", "n": .number(number)]
                        let mutation = try Mutation.put(item, in: table)
                        await withCheckedContinuation { continuation in
                            database.write(mutation) { result in
                                if case .success = result {
                                    _ = withUnsafeBytes(of: UInt32(number)) { write(answers, $0.baseAddress, $0.count) }
                                }
                                continuation.resume()
                            }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func acknowledged(_ directory: String) -> [Int] {
        let file = open(directory + "/acknowledged", O_RDONLY)
        defer { close(file) }
        var numbers: [Int] = []
        var number: UInt32 = 0
        while withUnsafeMutableBytes(of: &number, { read(file, $0.baseAddress, 4) }) == 4 {
            numbers.append(Int(number))
        }
        return numbers
    }

    @Test(arguments: ["process", "disk"]) func `no answered write is lost`(durability: String) async throws {
        let directory = TestDirectory()
        // Each round goes on with the file that the last one left; the log is copied into it now and then.
        var generator = SystemRandomNumberGenerator()
        var answeredBefore = 0
        for milliseconds in [20, 400, 50, 100, 30, 200] {
            let delay = UInt32.random(in: 500...1_000, using: &generator) * UInt32(milliseconds)
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = directory.path as String, delay = delay as UInt32, durability = durability as String] in
                try await Self.writeUntilKilled(path, afterMicroseconds: delay, durability)
            }
            let database = try ItemDatabase.open(directory.file, options: TestClock().options)
            let table = try #require(database.table(named: "T"))
            let items = try database.all(.scan(table))
            let stored = items.compactMap { $0["n"]?.integer }
            let answered = Self.acknowledged(directory.path)
            let lost = Set(answered).subtracting(stored)
            #expect(lost.isEmpty, "\(lost.count) of \(answered.count) answered writes were lost")
            #expect(answered.count >= answeredBefore)
            answeredBefore = answered.count
            // What was not answered is there as a whole or not at all.
            #expect(database.count(table).items == items.count)
            #expect(database.count(table, index: table.indexes[0]).items == stored.count)
            let records = try database.changes(of: #require(table.stream), limit: 1_000_000)
            #expect(records.compactMap { $0.new?.value("n")?.integer }.sorted() == stored.sorted())
            // A start after an orderly end takes the counts from the file; the crash after it must not.
            try database.put(["pk": .string("between \(milliseconds)"), "sk": "s"], in: table)
            database.close()
        }
        #expect(answeredBefore > Self.answeredMin, "too few writes were under way to show anything")
    }

    /// Of all rounds together; a slow disk answers a hundred a second.
    private static let answeredMin = 30
}
