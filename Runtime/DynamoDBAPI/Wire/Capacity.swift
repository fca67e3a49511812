import ItemDB
import JSON

/// The capacity that an operation used, as DynamoDB counts and shows it.
///
/// - Note: Source: Amazon DynamoDB Developer Guide, "Read and write operations".
struct Capacity: Sendable {
    enum Detail: Sendable { case none, total, indexes }
    enum Kind: Sendable { case read, write }

    static let readUnitSizeBytes = 4_096
    static let writeUnitSizeBytes = 1_024

    var tableUnits = 0.0
    var localUnits: [String: Double] = [:]
    var globalUnits: [String: Double] = [:]

    var units: Double {
        tableUnits + localUnits.values.reduce(0, +) + globalUnits.values.reduce(0, +)
    }

    static func detail(of request: Request) -> Detail {
        switch request.string("ReturnConsumedCapacity") {
        case "TOTAL": .total
        case "INDEXES": .indexes
        default: .none
        }
    }

    /// - Parameter isConsistent: an eventually consistent read costs half.
    static func read(sizeBytes: Int, isConsistent: Bool, isTransaction: Bool = false) -> Double {
        let units = Double(max(1, (sizeBytes + readUnitSizeBytes - 1) / readUnitSizeBytes))
        return isTransaction ? units * 2 : isConsistent ? units : units / 2
    }

    static func write(sizeBytes: Int) -> Double {
        Double(max(1, (sizeBytes + writeUnitSizeBytes - 1) / writeUnitSizeBytes))
    }

    /// - Parameter factor: 2 in a transaction.
    mutating func add(_ outcome: MutationOutcome, of table: Table, factor: Double = 1) {
        tableUnits += factor * Self.write(sizeBytes: max(outcome.old?.sizeBytes ?? 0, outcome.new?.sizeBytes ?? 0))
        for write in outcome.indexWrites {
            let old = write.oldSizeBytes.map(Self.write(sizeBytes:)) ?? 0
            let new = write.newSizeBytes.map(Self.write(sizeBytes:)) ?? 0
            add(factor * (write.isMoved ? old + new : max(old, new)), toIndex: write.index, of: table)
        }
    }

    mutating func add(_ units: Double, toIndex name: String, of table: Table) {
        if table.index(named: name)?.definition.isLocal == true {
            localUnits[name, default: 0] += units
        } else {
            globalUnits[name, default: 0] += units
        }
    }

    /// - Parameter kind: shown in transactions, where reads and writes are told apart.
    func json(_ table: String, _ detail: Detail, kind: Kind? = nil) -> JSONValue {
        func shown(_ units: Double) -> JSONObject {
            var object: JSONObject = ["CapacityUnits": Self.number(units)]
            switch kind {
            case .read?: object["ReadCapacityUnits"] = Self.number(units)
            case .write?: object["WriteCapacityUnits"] = Self.number(units)
            case nil: break
            }
            return object
        }
        func shown(_ indexes: [String: Double]) -> JSONValue {
            .object(JSONObject(indexes.sorted { $0.key < $1.key }.map { ($0.key, .object(shown($0.value))) }))
        }
        var object: JSONObject = ["TableName": .string(table)]
        for (name, value) in shown(units) { object[name] = value }
        if case .indexes = detail {
            object["Table"] = .object(shown(tableUnits))
            if !localUnits.isEmpty { object["LocalSecondaryIndexes"] = shown(localUnits) }
            if !globalUnits.isEmpty { object["GlobalSecondaryIndexes"] = shown(globalUnits) }
        }
        return .object(object)
    }

    private static func number(_ units: Double) -> JSONValue {
        JSONNumber(text: units.description).map { .number($0) } ?? 0
    }
}
