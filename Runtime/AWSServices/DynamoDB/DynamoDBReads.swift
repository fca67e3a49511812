package import Items
import JSON
package import Services

extension DynamoDBStore {
    package func items(at keys: [ItemKey]) async throws(ServiceError) -> [Item?] {
        switch keys.count {
        case 0: return []
        case 1: return [try await item(under: keys[0])]
        default: return try await batch(keys)
        }
    }

    private func item(under key: ItemKey) async throws(ServiceError) -> Item? {
        let table = try physical(key.table)
        var request = RequestWriter()
        request.object {
            $0.member("TableName", table)
            $0.member("Key", key.attributes)
            $0.member("ConsistentRead", true)
        }
        guard let found = try await read("GetItem", request.bytes)["Item"] else { return nil }
        return try Self.item(found)
    }

    /// Asks again for what DynamoDB leaves unprocessed, until as many answers in a row as the policy allows bring
    /// nothing.
    private func batch(_ keys: [ItemKey]) async throws(ServiceError) -> [Item?] {
        precondition(keys.count <= Self.keysMax, "at most 100 keys at once")
        var found: [ItemKey: Item] = [:]
        var missing = keys
        // Answers in a row that brought nothing, this one included.
        var attempt = 0
        while true {
            let answer = try await read("BatchGetItem", try batchRequest(missing))
            let before = found.count
            for table in Set(missing.map(\.table)) {
                for value in answer["Responses"]?[try physical(table)]?.array ?? [] {
                    let item = try Self.item(value)
                    if let key = Self.key(of: item, in: table) { found[key] = item }
                }
            }
            missing = try unprocessed(answer, of: missing)
            if missing.isEmpty { return keys.map { found[$0] } }
            attempt = found.count > before ? 1 : attempt + 1
            guard await retries.goesOn(after: attempt) else { throw .throttled }
        }
    }

    package func snapshot(of keys: [ItemKey]) async throws(ServiceError) -> [Item?] {
        precondition((1...Self.keysMax).contains(keys.count), "1 to 100 keys at once")
        let found = try await read("TransactGetItems", try snapshotRequest(keys))["Responses"]?.array ?? []
        guard found.count == keys.count else {
            throw .rejected("DynamoDB sent \(found.count) answers about \(keys.count) items")
        }
        return try found.map { answer throws(ServiceError) in try answer["Item"].map(Self.item) }
    }

    private func snapshotRequest(_ keys: [ItemKey]) throws(ServiceError) -> [UInt8] {
        var tables: [String] = []
        for key in keys { tables.append(try physical(key.table)) }
        var request = RequestWriter()
        request.object {
            $0.name("TransactItems")
            $0.array {
                for (key, table) in zip(keys, tables) {
                    $0.object {
                        $0.name("Get")
                        $0.object {
                            $0.member("TableName", table)
                            $0.member("Key", key.attributes)
                        }
                    }
                }
            }
        }
        return request.bytes
    }

    private func batchRequest(_ keys: [ItemKey]) throws(ServiceError) -> [UInt8] {
        var tables: [(name: String, keys: [ItemKey])] = []
        for (table, keys) in Dictionary(grouping: keys, by: \.table) { tables.append((try physical(table), keys)) }
        var request = RequestWriter()
        request.object {
            $0.name("RequestItems")
            $0.object {
                for (name, keys) in tables {
                    $0.name(name)
                    $0.object {
                        $0.name("Keys")
                        $0.array { for key in keys { $0.item(key.attributes) } }
                        $0.member("ConsistentRead", true)
                    }
                }
            }
        }
        return request.bytes
    }

    private func unprocessed(_ answer: JSONValue, of keys: [ItemKey]) throws(ServiceError) -> [ItemKey] {
        guard let tables = answer["UnprocessedKeys"]?.object, !tables.isEmpty else { return [] }
        var unprocessed: [ItemKey] = []
        for table in Set(keys.map(\.table)) {
            for value in tables[try physical(table)]?["Keys"]?.array ?? [] {
                if let key = Self.key(of: try Self.item(value), in: table) { unprocessed.append(key) }
            }
        }
        return unprocessed
    }

    private static func key(of item: Item, in table: TableName) -> ItemKey? {
        guard let partition = item[ItemKey.partitionName]?.string, let sort = item[ItemKey.sortName]?.string else {
            return nil
        }
        return ItemKey(table, partition, sort)
    }

    package func query(_ query: ItemQuery) async throws(ServiceError) -> ItemPage {
        try Self.page(await read("Query", queryRequest(query, table: try physical(query.table))))
    }

    private static func page(_ answer: JSONValue) throws(ServiceError) -> ItemPage {
        var items: [Item] = []
        for value in answer["Items"]?.array ?? [] { items.append(try item(value)) }
        guard let last = answer["LastEvaluatedKey"], !last.isNull else { return ItemPage(items: items) }
        return ItemPage(items: items, next: ItemCursor(key: try item(last)))
    }

    private func queryRequest(_ query: ItemQuery, table: String) -> [UInt8] {
        let prefix = query.index ?? ""
        var expressions = ExpressionWriter()
        let keyCondition = expressions.keyCondition(
            partition: (prefix + ItemKey.partitionName, query.partition), sort: prefix + ItemKey.sortName, query.sort)
        let filter = query.filter.map { expressions.condition($0) }
        var request = RequestWriter()
        request.object {
            $0.member("TableName", table)
            if let index = query.index { $0.member("IndexName", index) }
            $0.member("KeyConditionExpression", keyCondition)
            if let filter { $0.member("FilterExpression", filter) }
            expressions.writePlaceholders(into: &$0)
            $0.member("ScanIndexForward", !query.newestFirst)
            $0.member("Limit", query.limit)
            if let after = query.after { $0.member("ExclusiveStartKey", after.key) }
            // An index has no consistent reads.
            if query.index == nil { $0.member("ConsistentRead", true) }
        }
        return request.bytes
    }
}

extension DynamoDBStore: TableScanner {
    package func scan(
        _ table: TableName, limit: Int, after cursor: ItemCursor?
    ) async throws(ServiceError) -> ItemPage {
        let name = try physical(table)
        var request = RequestWriter()
        request.object {
            $0.member("TableName", name)
            $0.member("Limit", limit)
            if let cursor { $0.member("ExclusiveStartKey", cursor.key) }
            $0.member("ConsistentRead", true)
        }
        return try Self.page(await read("Scan", request.bytes))
    }
}
