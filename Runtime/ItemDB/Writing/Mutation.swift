package import Items

/// Whether a stored item (nil: none) lets a write happen.
package typealias ItemPredicate = @Sendable (Item?) -> Bool

/// One write to one item. It is encoded where it is made, so that little is left to do while others wait.
package struct Mutation: Sendable {
    enum Action: Sendable {
        case put(StoredItem)
        case update(ItemChange)
        case delete
        case check
    }

    package let table: Table
    package let key: Item
    let row: RowKey
    let action: Action
    let condition: ItemPredicate?

    private init(
        _ table: Table, key: Item, action: Action, condition: ItemPredicate?
    ) throws(KeyFailure) {
        self.table = table
        self.key = key
        row = try table.key.rowKey(of: key)
        self.action = action
        self.condition = condition
    }

    /// Stores `item` in place of any other under its key.
    package static func put(
        _ item: Item, in table: Table, if condition: ItemPredicate? = nil
    ) throws(KeyFailure) -> Mutation {
        try Mutation(table, key: item, action: .put(StoredItem(item)), condition: condition)
    }

    /// - Parameters:
    ///   - key: the key attributes; others are ignored.
    ///   - change: gives the new item; the key attributes are put into it afterwards.
    package static func update(
        _ key: Item, in table: Table, if condition: ItemPredicate? = nil, change: @escaping ItemChange
    ) throws(KeyFailure) -> Mutation {
        try Mutation(table, key: table.key.keyAttributes(of: key), action: .update(change), condition: condition)
    }

    package static func delete(
        _ key: Item, in table: Table, if condition: ItemPredicate? = nil
    ) throws(KeyFailure) -> Mutation {
        try Mutation(table, key: key, action: .delete, condition: condition)
    }

    /// Writes nothing; fails unless the condition holds.
    package static func check(
        _ key: Item, in table: Table, if condition: @escaping ItemPredicate
    ) throws(KeyFailure) -> Mutation {
        try Mutation(table, key: key, action: .check, condition: condition)
    }

    /// What it weighs in the queue, in bytes.
    var weight: Int {
        if case .put(let item) = action { row.bytes.count + item.bytes.count } else { row.bytes.count + 256 }
    }
}

/// The same transaction sent twice under one token happens once.
package struct TransactionToken: Hashable, Sendable {
    /// - Note: Source: Amazon DynamoDB API Reference, TransactWriteItems, ClientRequestToken.
    package static let retention = Duration.seconds(600)

    package var token: String
    /// Equal for equal requests.
    package var fingerprint: [UInt8]

    package init(_ token: String, fingerprint: [UInt8]) {
        self.token = token
        self.fingerprint = fingerprint
    }
}
