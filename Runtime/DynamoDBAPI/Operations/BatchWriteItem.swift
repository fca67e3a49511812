import Expressions
import ItemDB
import Items
import JSON

extension DynamoDBService {
    static let batchWritesMax = 25

    private enum BatchWrite {
        case put(Item)
        case delete(Item)
    }

    /// - Note: Source: Amazon DynamoDB API Reference, BatchWriteItem.
    func batchWriteItem(_ request: Request, _ completion: @escaping Completion) throws(APIError) {
        if request.object("RequestItems")?.isEmpty == true {
            throw .validation("The requestItems parameter is required for BatchWriteItem")
        }
        try RuleChecker.check(request.members, RequestFields.batchWriteItem)
        var mutations: [Mutation] = []
        // The table of each as the request names it: by name or ARN.
        var names: [String] = []
        for (name, writes) in try Self.batchWrites(request) {
            guard let table = try tableIfAny(name) else { throw .tableNotFound }
            mutations += try Self.mutations(writes, table)
            names += repeatElement(name, count: writes.count)
        }
        let detail = Capacity.detail(of: request)
        let returnsMetrics = request.string("ReturnItemCollectionMetrics") == "SIZE"
        let made = Array(zip(names, mutations))
        database.batch(mutations) { result in
            switch result {
            case .failure(let failure): completion(APIError.of(failure).response)
            case .success(let results):
                completion(Self.response(made, results, detail: detail, returnsMetrics: returnsMetrics))
            }
        }
    }

    private static func batchWrites(_ request: Request) throws(APIError) -> [(String, [BatchWrite])] {
        var batches: [(String, [BatchWrite])] = []
        var count = 0
        for (name, json) in request.object("RequestItems") ?? JSONObject() {
            var writes: [BatchWrite] = []
            for element in json.array ?? [] {
                let entry = Request(element.object ?? JSONObject())
                switch (entry.structure("PutRequest"), entry.structure("DeleteRequest")) {
                case (let put?, nil):
                    let item = try AttributeValueReader.item(put.object("Item") ?? JSONObject())
                    guard item.sizeBytes <= Item.sizeBytesMax else {
                        throw .validation("Item size has exceeded the maximum allowed size")
                    }
                    writes.append(.put(item))
                case (nil, let delete?):
                    writes.append(.delete(try AttributeValueReader.item(delete.object("Key") ?? JSONObject())))
                default:
                    throw .validation(
                        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
                            + "supported datatypes")
                }
            }
            count += writes.count
            batches.append((name, writes))
        }
        guard count <= batchWritesMax else { throw .validation("Too many items requested for the BatchWriteItem call") }
        return batches
    }

    private static func mutations(_ writes: [BatchWrite], _ table: Table) throws(APIError) -> [Mutation] {
        var mutations: [Mutation] = []
        var keys: Set<Item> = []
        for write in writes {
            let isNew: Bool
            do {
                switch write {
                case .put(let item):
                    try KeyChecks.check(item: item, of: table)
                    isNew = keys.insert(table.key.keyAttributes(of: item)).inserted
                    mutations.append(try .put(item, in: table))
                case .delete(let key):
                    try KeyChecks.check(key: key, of: table.key)
                    isNew = keys.insert(key).inserted
                    mutations.append(try .delete(key, in: table))
                }
            } catch let error as APIError { throw error } catch let error as KeyFailure { throw .of(error) } catch {
                throw .validation("\(error)")
            }
            guard isNew else { throw .validation("Provided list of item keys contains duplicates") }
        }
        return mutations
    }

    private static func response(
        _ mutations: [(name: String, mutation: Mutation)], _ results: [Result<MutationOutcome, MutationFailure>],
        detail: Capacity.Detail, returnsMetrics: Bool
    ) -> DynamoDBResponse {
        var capacities: [(name: String, capacity: Capacity)] = []
        for ((name, mutation), result) in zip(mutations, results) {
            // What could fail was checked before the write: the table's keys and those of its indexes.
            guard case .success(let outcome) = result else { continue }
            let place = capacities.firstIndex { $0.name == name } ?? capacities.count
            if place == capacities.count { capacities.append((name, Capacity())) }
            capacities[place].capacity.add(outcome, of: mutation.table)
        }
        var writer = ResponseWriter()
        writer.object("UnprocessedItems") { _ in }
        if detail != .none {
            writer.member("ConsumedCapacity", .array(capacities.map { $0.capacity.json($0.name, detail) }))
        }
        if returnsMetrics {
            var metrics = JSONObject()
            for (name, mutation) in mutations {
                guard let shown = WriteParts.metrics(mutation.table, key: mutation.key) else { continue }
                metrics[name] = .array((metrics[name]?.array ?? []) + [shown])
            }
            writer.member("ItemCollectionMetrics", .object(metrics))
        }
        return writer.finished()
    }
}
