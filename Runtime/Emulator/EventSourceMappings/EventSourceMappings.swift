import Crypto
import ItemDB
import JSON
import NIOCore
import NIOHTTP1
import Template
import Time

/// What brings a source's records to a function.
protocol Poller: AnyObject {
    func stop()
    /// Sends nothing more to the function; what is there already is finished and noted.
    func windDown()
}

/// `LastProcessingResult` of a mapping.
enum MappingResult {
    static let none = "No records processed"
    static let success = "OK"
    static let failure = "PROBLEM: Function call failed"
    static func problem(_ reason: String) -> String { "PROBLEM: \(reason)" }
}

/// Lambda's event source mappings: those of the template, and those that are made at run time.
final class EventSourceMappings: EmulatedService {
    private static let kind = "lambda.mapping"

    let host: ServiceHost
    private let pools: [FunctionPool]
    private let queues: SQSService
    private let database: ItemDatabase
    private(set) var entries: [String: Entry] = [:]
    private var changes: TableChanges?

    /// A mapping with what is going on about it.
    struct Entry {
        var mapping: EventSourceMapping
        let pool: FunctionPool
        var modifiedAt: Timestamp
        var lastResult = MappingResult.none
        var poller: (any Poller)?
        /// What the template says of it, if it comes from there.
        var declared: String?
    }

    /// - Throws: `EmulatorError` if a mapping of the stack can't be made, with its place, or what was kept can't be
    ///   read.
    init(
        stack: Stack, pools: [FunctionPool], queues: SQSService, database: ItemDatabase, host: ServiceHost
    ) throws(EmulatorError) {
        self.host = host
        self.pools = pools
        self.queues = queues
        self.database = database
        var kept: [String: JSONValue] = [:]
        for (key, value) in try host.journal.load(Self.kind) {
            guard let record = try? parseJSON(value) else {
                throw EmulatorError("The kept event source mapping \(key) can't be read.")
            }
            kept[key] = record
        }
        for declaration in try MappingDeclaration.all(of: stack) {
            let uuid = Self.uuid(of: declaration.logicalID)
            let declared = JSONValue.object(declaration.settings).compactText
            // What was changed at run time holds until the template changes.
            let record = kept.removeValue(forKey: uuid).flatMap { $0["declared"]?.string == declared ? $0 : nil }
            do throws(ServiceFault) {
                try add(uuid, record?["settings"]?.object ?? declaration.settings, declared: declared, record)
            } catch {
                throw EmulatorError("\(declaration.position): \(declaration.logicalID): \(error.message)")
            }
        }
        for (uuid, record) in kept {
            // One that the template no longer has, or whose function or source is gone.
            let isAdded =
                record["declared"] == nil
                && (try? add(uuid, record["settings"]?.object ?? [:], declared: nil, record)) != nil
            if !isAdded { host.journal.remove(Self.kind, uuid) }
        }
    }

    private static func uuid(of logicalID: String) -> String {
        let digits = Array(SHA256.hash(data: Array(logicalID.utf8)).hexadecimalText)
        let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
        return parts.joined(separator: "-")
    }

    /// - Parameter record: of the mapping, if it was there before.
    @discardableResult
    func add(
        _ uuid: String, _ settings: JSONObject, declared: String?, _ record: JSONValue? = nil
    ) throws(ServiceFault) -> Entry {
        let mapping = try EventSourceMapping(uuid: uuid, settings: settings)
        let pool = try pool(of: mapping.functionName)
        try check(mapping, pool)
        let modified = record?["modified"]?.int.map { Timestamp(milliseconds: Int64($0)) }
        var entry = Entry(mapping: mapping, pool: pool, modifiedAt: modified ?? host.clock.now, declared: declared)
        if mapping.isEnabled { entry.poller = try poller(for: mapping, pool) }
        entries[uuid] = entry
        keep(entry)
        watch()
        // What is there already is there for it.
        wakeSoon(uuid)
        return entry
    }

    /// Puts other settings in force.
    func change(_ entry: Entry, to settings: JSONObject) throws(ServiceFault) -> Entry {
        let mapping = try EventSourceMapping(uuid: entry.mapping.uuid, settings: settings)
        try check(mapping, pool(of: mapping.functionName))
        entry.poller?.stop()
        return try add(mapping.uuid, settings, declared: entry.declared)
    }

    func remove(_ entry: Entry) {
        entry.poller?.stop()
        StreamPoller.forget(entry.mapping.uuid, host)
        entries[entry.mapping.uuid] = nil
        watch()
        host.journal.remove(Self.kind, entry.mapping.uuid)
    }

    private func keep(_ entry: Entry) {
        var record: JSONObject = [
            "settings": .object(entry.mapping.settings),
            "modified": .number(JSONNumber(Int(entry.modifiedAt.milliseconds))),
        ]
        record["declared"] = entry.declared.map { .string($0) }
        host.journal.put(Self.kind, entry.mapping.uuid, JSONValue.object(record).compactBytes)
    }

    func windDown() {
        for entry in entries.values { entry.poller?.windDown() }
    }

    // MARK: Checks

    func pool(of identifier: String) throws(ServiceFault) -> FunctionPool {
        let name = LambdaAPI.functionName(of: identifier)
        if let pool = pools.first(where: { $0.function.name == name || $0.function.logicalID == name }) { return pool }
        throw .resourceUnknown("Function not found: \(identifier)")
    }

    private func check(_ mapping: EventSourceMapping, _ pool: FunctionPool) throws(ServiceFault) {
        _ = try mapping.criteria()
        if let destination = mapping.onFailureARN, !host.targets.canDeliver(to: destination) {
            throw .invalidParameter("The destination ARN \(destination) is of no service that is here.")
        }
        if let other = entries.values.first(where: {
            $0.mapping.uuid != mapping.uuid && $0.mapping.sourceARN == mapping.sourceARN && $0.pool === pool
        }) {
            throw ServiceFault(
                code: "ResourceConflictException",
                message: "An event source mapping with event source \(mapping.sourceARN) and function "
                    + "\(pool.function.name) already exists. Please update or delete the existing mapping with UUID "
                    + other.mapping.uuid, status: .conflict)
        }
        guard mapping.source == .queue else { return _ = try table(of: mapping) }
        let timeout = pool.function.timeout
        let visibility = try queue(of: mapping).settings.visibility
        guard visibility >= timeout else {
            throw .invalidParameter(
                "Queue visibility timeout: \(visibility.components.seconds) seconds is less than Function timeout: "
                    + "\(timeout.components.seconds) seconds")
        }
    }

    private func queue(of mapping: EventSourceMapping) throws(ServiceFault) -> MessageQueue {
        guard let queue = queues.queue(arn: mapping.sourceARN) else {
            throw .invalidParameter(
                "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error "
                    + "Message: The specified queue does not exist.")
        }
        return queue
    }

    private func table(of mapping: EventSourceMapping) throws(ServiceFault) -> String {
        guard let table = mapping.tableName, database.streams.contains(where: { $0.table == table }) else {
            throw .invalidParameter("Stream not found: \(mapping.sourceARN)")
        }
        return table
    }

    // MARK: Polling

    private func poller(for mapping: EventSourceMapping, _ pool: FunctionPool) throws(ServiceFault) -> any Poller {
        let uuid = mapping.uuid
        let report = { [weak self] (result: String) in
            guard let self, entries[uuid]?.lastResult != result else { return }
            entries[uuid]?.lastResult = result
        }
        switch mapping.source {
        case .queue:
            let queue = try queue(of: mapping)
            return try QueuePoller(
                mapping, queue: queue, deadLetters: { [queues] in queues.deadLetters(of: queue) }, pool: pool,
                host: host,
                report: report)
        case .tableStream:
            let (table, criteria) = (try table(of: mapping), try mapping.criteria())
            do throws(EmulatorError) {
                return try StreamPoller(
                    mapping, table: table, criteria: criteria, database: database, pool: pool, host: host,
                    report: report)
            } catch {
                throw ServiceFault(code: "ServiceException", message: "\(error)", status: .internalServerError)
            }
        }
    }

    /// The tables whose changes matter.
    private func watch() {
        let tables = Set(entries.values.compactMap { $0.poller == nil ? nil : $0.mapping.tableName })
        if changes == nil, !tables.isEmpty {
            // Asked for once there is a mapping: without one a write has nobody to tell.
            changes = TableChanges(of: database, host: host) { [weak self] changed, traces in
                for entry in self?.entries.values.map({ $0 }) ?? [] {
                    guard let table = entry.mapping.tableName, changed.contains(table) else { continue }
                    (entry.poller as? StreamPoller)?.wake(traces)
                }
            }
        }
        changes?.watch(tables)
    }

    private func wakeSoon(_ uuid: String) {
        let wake = host.callback { [weak self] (_: Void) in (self?.entries[uuid]?.poller as? StreamPoller)?.wake() }
        host.loop.execute { wake(()) }
    }
}
