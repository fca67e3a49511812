import Expressions
import ItemDB
import Items
import JSON

/// One action of a TransactWriteItems, before its table is looked up.
private struct TransactAction {
    enum Kind {
        case put(Item)
        case update(key: Item, ItemUpdate)
        case delete(key: Item)
        case check(key: Item)
    }

    var tableName: String
    var kind: Kind
    var condition: ConditionExpression?
    var returnsItem: Bool

    /// - Throws: what makes the whole request invalid.
    init(_ entry: Request) throws(APIError) {
        let given = ["ConditionCheck", "Put", "Delete", "Update"].compactMap { name in
            entry.structure(name).map { (name, $0) }
        }
        guard given.count == 1, let (name, action) = given.first else {
            throw .validation("TransactItems can only contain one of Check, Put, Update or Delete")
        }
        tableName = action.string("TableName") ?? ""
        returnsItem = action.string("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        try ExpressionParameters.checkMix(
            action,
            expressions: name == "Update" ? ["UpdateExpression", "ConditionExpression"] : ["ConditionExpression"],
            older: [])
        let content = try AttributeValueReader.item(action.object(name == "Put" ? "Item" : "Key") ?? JSONObject())
        var expressions = try ExpressionParameters(action)
        let update = try expressions.update()
        condition = try expressions.condition()
        try expressions.checkAllUsed()
        kind =
            switch name {
            case "Put": .put(content)
            case "Update": .update(key: content, update.map { .expression($0) } ?? .touch)
            case "Delete": .delete(key: content)
            default: .check(key: content)
            }
    }

    /// The item's key attributes.
    func key(_ table: Table) -> Item {
        switch kind {
        case .put(let item): table.key.keyAttributes(of: item)
        case .update(let key, _), .delete(let key), .check(let key): key
        }
    }

    /// An empty key makes the whole request invalid, where other keys that don't suit the table cancel it.
    func checkEmptiness(_ table: Table) throws(APIError) {
        switch kind {
        case .put: return
        case .update(let key, _), .delete(let key), .check(let key):
            for attribute in table.key.attributes {
                if let value = key[attribute.name] { try KeyChecks.check(emptiness: value, of: attribute) }
            }
        }
    }

    /// - Throws: what makes this action, and so the transaction, invalid.
    func check(_ table: Table) throws(APIError) {
        if let condition { try KeyChecks.check(paths: condition.paths, of: table) }
        switch kind {
        case .put(let item):
            try KeyChecks.check(item: item, of: table)
            guard item.sizeBytes <= Item.sizeBytesMax else {
                throw .validation("Item size has exceeded the maximum allowed size")
            }
        case .update(let key, let update):
            try KeyChecks.check(key: key, of: table.key)
            try update.check(for: table)
        case .delete(let key), .check(let key): try KeyChecks.check(key: key, of: table.key)
        }
    }

    func mutation(_ table: Table) throws(KeyFailure) -> Mutation {
        var predicate: ItemPredicate?
        if let condition { predicate = { condition.holds(for: $0) } }
        switch kind {
        case .put(let item): return try .put(item, in: table, if: predicate)
        case .delete(let key): return try .delete(key, in: table, if: predicate)
        case .check(let key): return try .check(key, in: table, if: predicate ?? { _ in true })
        case .update(let key, let update):
            return try .update(key, in: table, if: predicate) { item throws(ExpressionError) in
                try update.apply(to: item, key: key)
            }
        }
    }
}

extension DynamoDBService {
    /// - Note: Source: Amazon DynamoDB API Reference, TransactWriteItems.
    static let transactionSizeBytesMax = 4 << 20

    func transactWriteItems(_ request: Request, _ completion: @escaping Completion) throws(APIError) {
        try RuleChecker.check(request.members, RequestFields.transactWriteItems)
        let entries = request.structures("TransactItems") ?? []
        var actions: [TransactAction] = []
        for entry in entries { actions.append(try TransactAction(entry)) }
        var tables: [Table] = []
        for action in actions {
            guard let table = try tableIfAny(action.tableName) else { throw .tableNotFound }
            tables.append(table)
        }
        for (action, table) in zip(actions, tables) { try action.checkEmptiness(table) }
        try Self.checkEach(actions.count) { index throws(APIError) in try actions[index].check(tables[index]) }
        try Self.checkDistinct(zip(actions, tables).map { ($1, $0.key($1)) })
        try Self.checkSize(actions)
        var mutations: [Mutation] = []
        for (action, table) in zip(actions, tables) {
            do { mutations.append(try action.mutation(table)) } catch { throw .of(error) }
        }
        let token = request.string("ClientRequestToken").map {
            TransactionToken($0, fingerprint: Fingerprint.of(request.value("TransactItems") ?? .null))
        }
        let answer = TransactionAnswer(
            request, tables: tables, names: actions.map(\.tableName), keys: zip(actions, tables).map { $0.key($1) })
        let returnsItem = actions.map(\.returnsItem)
        database.transact(mutations, token: token) { result in
            switch result {
            case .success(let outcome): completion(answer.response(outcome))
            case .failure(.cancelled(let failures)):
                let reasons = zip(failures, returnsItem).map { failure, returnsItem in
                    failure.map { CancellationReason(.of($0, returnsItem: returnsItem)) } ?? .none
                }
                completion(APIError.cancelled(reasons).response)
            case .failure(let failure): completion(APIError.of(failure).response)
            }
        }
    }

    /// Checks the actions in turn; the first that is invalid cancels the transaction.
    static func checkEach(_ count: Int, _ check: (Int) throws(APIError) -> Void) throws(APIError) {
        for index in 0..<count {
            do throws(APIError) { try check(index) } catch {
                var reasons = [CancellationReason](repeating: .none, count: count)
                reasons[index] = CancellationReason(error)
                throw .cancelled(reasons)
            }
        }
    }

    private static func checkDistinct(_ targets: [(table: Table, key: Item)]) throws(APIError) {
        var keys: [Int64: Set<Item>] = [:]
        for (table, key) in targets where !keys[table.id, default: []].insert(key).inserted {
            throw .validation("Transaction request cannot include multiple operations on one item")
        }
    }

    private static func checkSize(_ actions: [TransactAction]) throws(APIError) {
        let sizeBytes = actions.reduce(0) { sum, action in
            switch action.kind {
            case .put(let item): sum + item.sizeBytes
            case .update(let key, _), .delete(let key), .check(let key): sum + key.sizeBytes
            }
        }
        guard sizeBytes <= transactionSizeBytesMax else {
            throw .validation("Transaction payload size cannot exceed 4 MB")
        }
    }
}

/// Tells requests under one token apart.
private enum Fingerprint {
    /// Two differently seeded sums of 64 bits (FNV-1a).
    static func of(_ value: JSONValue) -> [UInt8] {
        var (one, two): (UInt64, UInt64) = (0xcbf2_9ce4_8422_2325, 0x9e37_79b9_7f4a_7c15)
        for byte in value.compactBytes {
            one = (one ^ UInt64(byte)) &* 0x100_0000_01b3
            two = (two &+ UInt64(byte)) &* 0x100_0000_01b3
            two ^= two >> 29
        }
        return [one, two].flatMap { sum in (0..<8).map { UInt8(truncatingIfNeeded: sum >> (8 * UInt64($0))) } }
    }
}
