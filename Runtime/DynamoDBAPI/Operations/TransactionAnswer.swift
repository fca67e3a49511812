import ItemDB
import Items
import JSON

/// Why an action kept a transaction from happening.
struct CancellationReason: Sendable {
    /// The action would have gone through.
    static let none = CancellationReason(code: "None")

    var code: String
    var message: String?
    var item: JSONValue?

    private init(code: String) { self.code = code }

    init(_ error: APIError) {
        code = error.kind == .conditionalCheckFailed ? "ConditionalCheckFailed" : "ValidationError"
        message = error.message
        item = error.members.first { $0.0 == "Item" }?.1
    }

    var json: JSONValue {
        var object: JSONObject = ["Code": .string(code)]
        object["Message"] = message.map { .string($0) }
        object["Item"] = item
        return .object(object)
    }
}

extension APIError {
    static func cancelledMessage(_ codes: [String]) -> String {
        "Transaction cancelled, please refer cancellation reasons for specific reasons "
            + "[\(codes.joined(separator: ", "))]"
    }

    static func cancelled(_ reasons: [CancellationReason]) -> APIError {
        APIError(
            kind: .transactionCanceled,
            message: cancelledMessage(reasons.map(\.code)),
            members: [("CancellationReasons", .array(reasons.map(\.json)))])
    }
}

/// Answers a transaction of writes.
struct TransactionAnswer: Sendable {
    private let tables: [Table]
    /// The tables as the request names them: by name or ARN.
    private let names: [String]
    private let keys: [Item]
    private let detail: Capacity.Detail
    private let returnsMetrics: Bool

    init(_ request: Request, tables: [Table], names: [String], keys: [Item]) {
        self.tables = tables
        self.names = names
        self.keys = keys
        detail = Capacity.detail(of: request)
        returnsMetrics = request.string("ReturnItemCollectionMetrics") == "SIZE"
    }

    func response(_ outcome: TransactionOutcome) -> DynamoDBResponse {
        var writer = ResponseWriter()
        if detail != .none { writer.member("ConsumedCapacity", .array(capacities(outcome))) }
        if returnsMetrics {
            var metrics = JSONObject()
            for (index, table) in tables.enumerated() {
                guard let shown = WriteParts.metrics(table, key: keys[index]) else { continue }
                metrics[names[index]] = .array((metrics[names[index]]?.array ?? []) + [shown])
            }
            writer.member("ItemCollectionMetrics", .object(metrics))
        }
        return writer.finished()
    }

    /// A transaction that is repeated under its token costs the reads that found it done.
    private func capacities(_ outcome: TransactionOutcome) -> [JSONValue] {
        var capacities: [(name: String, capacity: Capacity)] = []
        for (index, table) in tables.enumerated() {
            let place = capacities.firstIndex { $0.name == names[index] } ?? capacities.count
            if place == capacities.count { capacities.append((names[index], Capacity())) }
            if outcome.isRepeat {
                capacities[place].capacity.tableUnits += Capacity.read(
                    sizeBytes: 0, isConsistent: true, isTransaction: true)
            } else {
                capacities[place].capacity.add(outcome.outcomes[index], of: table, factor: 2)
            }
        }
        return capacities.map { $0.capacity.json($0.name, detail, kind: outcome.isRepeat ? .read : .write) }
    }
}
