/// One write of a commit, with the condition under which it may happen.
package enum ItemWrite: Hashable, Sendable {
    /// Stores the item, which holds its key, in place of any other under that key.
    case put(Item, in: TableName, if: Condition? = nil)
    /// Changes attributes of the item under the key; makes it when there is none.
    case update(ItemKey, [AttributeUpdate], if: Condition? = nil)
    case delete(ItemKey, if: Condition? = nil)
    /// Writes nothing: the commit fails unless the condition holds.
    case check(ItemKey, Condition)

    /// Stores a new item; fails if there is one under its key.
    package static func insert(_ item: Item, in table: TableName) -> ItemWrite {
        .put(item, in: table, if: .itemAbsent)
    }
}

/// One change of an update expression; the names are top level and distinct within one update.
package enum AttributeUpdate: Hashable, Sendable {
    case set(String, AttributeValue)
    /// Keeps what is there.
    case setIfAbsent(String, AttributeValue)
    /// Adds to a number; an absent one counts as 0.
    case add(String, Int)
    case remove(String)
}
