import Expressions
import Glibc
import ItemDB
import Items
import Synchronization
import Time

/// A seeded generator, so that a failing case can be had again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}

/// A clock that stands until it is moved.
final class TestClock: Sendable {
    private let milliseconds: Mutex<Int64>
    init(_ milliseconds: Int64 = 1_700_000_000_000) { self.milliseconds = Mutex(milliseconds) }

    var now: Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }
    func advance(_ duration: Duration) {
        let moved = now + duration
        milliseconds.withLock { $0 = moved.milliseconds }
    }
    var options: DatabaseOptions { DatabaseOptions(clock: { self.now }) }
}

/// A directory that goes away with the object.
final class TestDirectory: Sendable {
    let path: String
    init() {
        var template = Array("/tmp/itemdb-test-XXXXXX".utf8CString)
        mkdtemp(&template)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    deinit {
        for name in ["items.db", "items.db-wal", "items.db-journal", "copy.db", "acknowledged"] {
            unlink(path + "/" + name)
        }
        rmdir(path)
    }
    var file: String { path + "/items.db" }
}

extension KeySchema {
    static let strings = KeySchema(partition: KeyAttribute("pk", .string), sort: KeyAttribute("sk", .string))
}

extension ItemDatabase {
    static func forTest(_ clock: TestClock = TestClock()) throws -> ItemDatabase {
        try ItemDatabase.temporary(options: clock.options)
    }

    @discardableResult
    func makeTable(
        _ name: String = "T", key: KeySchema = .strings, indexes: [IndexDefinition] = [], stream: StreamView? = nil,
        timeToLive: String? = nil
    ) throws -> Table {
        try answer {
            createTable(
                TableDefinition(name: name, key: key, indexes: indexes, stream: stream, timeToLive: timeToLive),
                completion: $0)
        }
    }

    @discardableResult
    func put(_ item: Item, in table: Table, if condition: ItemPredicate? = nil) throws -> MutationOutcome {
        let mutation = try Mutation.put(item, in: table, if: condition)
        return try answer { write(mutation, completion: $0) }
    }

    @discardableResult
    func delete(_ key: Item, in table: Table) throws -> MutationOutcome {
        let mutation = try Mutation.delete(key, in: table)
        return try answer { write(mutation, completion: $0) }
    }

    /// Every item, page by page.
    func all(_ request: ReadRequest) throws -> [Item] {
        var (items, request): ([Item], ReadRequest) = ([], request)
        repeat {
            let read = try page(request)
            items += read.items.map(\.item)
            request.after = read.lastKey
        } while request.after != nil
        return items
    }
}

extension WriteFailure {
    /// What kind it is, for comparisons.
    var name: String {
        switch self {
        case .mutation(let failure): failure.name
        case .cancelled(let failures): "cancelled(" + failures.map { $0?.name ?? "-" }.joined(separator: ",") + ")"
        case .tokenReused: "tokenReused"
        case .noSuchTable(let name): "noSuchTable(\(name))"
        case .tableExists(let name): "tableExists(\(name))"
        case .noSuchIndex(let name): "noSuchIndex(\(name))"
        case .indexExists(let name): "indexExists(\(name))"
        case .throttled: "throttled"
        case .storage(let error): "storage(\(error))"
        }
    }
}

extension MutationFailure {
    var name: String {
        switch self {
        case .conditionFailed(let item): "conditionFailed(\(item == nil ? "none" : "item"))"
        case .rejected(let error): "rejected(\(error.message))"
        case .indexKey(let failure): "indexKey(\(failure.index ?? ""),\(failure.attribute.name))"
        case .tooLarge: "tooLarge"
        }
    }
}
