import DynamoDBAPI
import ItemDB
import Items
import JSON
import Routing
import Time

/// Brings the changes of a table to a function, those of one item in order.
///
/// - Note: Source: AWS Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB".
final class StreamPoller: Poller {
    private static let kind = "lambda.checkpoint"
    /// The open tumbling window of each lane.
    private static let windowKind = "lambda.window"
    /// Records read at a time; what is read ahead of the function is bounded by the other two.
    private static let pageMax = 100
    private static let recordsAheadMax = EventSourceMapping.batchSizeMax
    private static let bytesAheadMax = 32 << 20

    let mapping: EventSourceMapping
    private let table: String
    private let criteria: FilterCriteria
    private let database: ItemDatabase
    private let host: ServiceHost
    private let dealer: StreamLanes
    private var lanes: [StreamLane] = []
    /// The number up to which changes have been dealt out.
    private var read: Int64
    /// Of each lane, up to where it had come when the emulator was last stopped.
    private var resumedAt: [Int64]
    private let report: (_ result: String) -> Void
    private var isStopped = false
    private var isWindingDown = false

    /// - Throws: `EmulatorError` if what the stream holds can't be read.
    init(
        _ mapping: EventSourceMapping, table: String, criteria: FilterCriteria, database: ItemDatabase,
        pool: FunctionPool, host: ServiceHost, report: @escaping (_ result: String) -> Void
    ) throws(EmulatorError) {
        self.mapping = mapping
        self.table = table
        self.database = database
        self.host = host
        self.criteria = criteria
        self.report = report
        dealer = StreamLanes(count: mapping.parallelization)
        let kept = try host.journal.load(Self.kind).first { $0.key == mapping.uuid }
        resumedAt = try kept.map { kept throws(EmulatorError) in try Self.checkpoints(kept.value, of: mapping) } ?? []
        if resumedAt.isEmpty {
            // The newest change of any table, if the stream has none: later ones have higher numbers.
            let newest = try mapping.startsAtLatest ? Self.newest(of: table, in: database) : 0
            resumedAt = Array(repeating: newest, count: mapping.parallelization)
        } else if resumedAt.count != mapping.parallelization {
            // Other lanes have other keys: nothing may be left out.
            resumedAt = Array(repeating: resumedAt.min() ?? 0, count: mapping.parallelization)
        }
        read = resumedAt.min() ?? 0
        let invocation = BatchInvocation(pool: pool, host: host, reportsFailures: mapping.reportsFailures)
        let events = StreamLane.Events(
            progressed: { [weak self] in self?.keep() },
            answered: { [weak self] result in
                report(result)
                self?.wake()
            },
            problem: { report(MappingResult.problem($0)) })
        let windows = try Self.windows(of: mapping, host)
        lanes = resumedAt.indices.map { lane in
            StreamLane(
                mapping, invocation: invocation, host: host, open: windows.count > lane ? windows[lane] : nil,
                events: events)
        }
        keep()
    }

    private static func newest(of table: String, in database: ItemDatabase) throws(EmulatorError) -> Int64 {
        var newest: Int64 = 0
        for stream in database.streams where stream.table == table {
            do throws(StorageError) {
                newest = max(newest, try database.changeBounds(of: stream)?.upperBound ?? 0)
            } catch {
                throw EmulatorError("\(error)")
            }
        }
        return newest
    }

    func stop() {
        isStopped = true
        for lane in lanes { lane.stop() }
    }

    func windDown() {
        isWindingDown = true
        for lane in lanes { lane.windDown() }
    }

    /// The mapping is gone for good.
    static func forget(_ uuid: String, _ host: ServiceHost) {
        host.journal.remove(kind, uuid)
        host.journal.remove(windowKind, uuid)
    }

    /// Deals out what there is, as far as there is room, and sends on its way what may go.
    ///
    /// - Parameter traces: tracing headers of changes by their numbers, as far as they are known.
    func wake(_ traces: [Int64: String] = [:]) {
        var isBehind = true
        while isBehind, hasRoom, !isStopped, !isWindingDown {
            do throws(StorageError) {
                isBehind = try !readOn(traces)
            } catch {
                // Nothing is lost: the next change tries again.
                report(MappingResult.problem("The stream of \(table) can't be read: \(error)"))
                return
            }
            for lane in lanes { lane.pump() }
        }
    }

    /// - Returns: whether all is read.
    private func readOn(_ traces: [Int64: String]) throws(StorageError) -> Bool {
        // Of a stream that has ended and the one that followed it, the older goes first.
        for stream in database.streams where stream.table == table {
            while true {
                guard hasRoom else { return false }
                let changes = try database.changes(of: stream, after: read, limit: Self.pageMax)
                for change in changes { deal(change, of: stream, trace: traces[change.sequence]) }
                if changes.count < Self.pageMax { break }
            }
        }
        return true
    }

    private var hasRoom: Bool {
        lanes.reduce(0) { $0 + $1.waitingCount } < Self.recordsAheadMax
            && lanes.reduce(0) { $0 + $1.waitingBytes } < Self.bytesAheadMax
    }

    private func deal(_ change: Change, of stream: ChangeStream, trace: String?) {
        read = max(read, change.sequence)
        let lane = dealer.lane(ofKey: change.key.dynamoDBJSON.compactBytes)
        guard change.sequence > resumedAt[lane] else { return }
        guard case .object(var members) = StreamRecord.json(change, view: stream.view, region: LocalAccount.region)
        else { return }
        // Lambda writes it with small initials, the API of streams does not.
        if change.cause == .expiry {
            members["userIdentity"] = ["type": "Service", "principalId": "dynamodb.amazonaws.com"]
        }
        members["eventSourceARN"] = .string(
            StreamNames.arn(of: stream, region: LocalAccount.region, accountID: LocalAccount.id))
        let json = JSONValue.object(members)
        guard criteria.accepts(json) else { return }
        lanes[lane].append(
            StreamLane.Record(
                sequence: change.sequence, at: change.at, stream: stream, trace: trace, json: json.compactBytes))
    }

    // MARK: Checkpoints

    /// A lane with nothing to do is as far as the reading.
    private func keep() {
        let checkpoints = lanes.map { $0.firstUnfinished.map { $0 - 1 } ?? read }
        host.journal.put(
            Self.kind, mapping.uuid, JSONValue.array(checkpoints.map { .number(JSONNumber(Int($0))) }).compactBytes)
        guard mapping.tumblingWindow != nil else { return }
        host.journal.put(
            Self.windowKind, mapping.uuid, JSONValue.array(lanes.map { $0.open?.record ?? .null }).compactBytes)
    }

    private static func windows(
        of mapping: EventSourceMapping, _ host: ServiceHost
    ) throws(EmulatorError) -> [StreamWindow?] {
        guard let length = mapping.tumblingWindow,
            let kept = try host.journal.load(windowKind).first(where: { $0.key == mapping.uuid })
        else { return [] }
        guard let windows = (try? parseJSON(kept.value))?.array else {
            throw EmulatorError("The kept windows of the event source mapping \(mapping.uuid) can't be read.")
        }
        return windows.map { StreamWindow(record: $0, length: length) }
    }

    private static func checkpoints(
        _ record: [UInt8], of mapping: EventSourceMapping
    ) throws(EmulatorError) -> [Int64] {
        guard let numbers = (try? parseJSON(record))?.array, numbers.allSatisfy({ $0.int != nil }) else {
            throw EmulatorError("How far the event source mapping \(mapping.uuid) has come can't be read.")
        }
        return numbers.compactMap { $0.int.map { Int64($0) } }
    }
}
