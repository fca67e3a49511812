import Items

/// The keys of items that are a user's, in whatever table. Never change them: stored items have them.
enum UserKey {
    /// The partition of what is one user's own.
    static func partition(of userID: String) -> String { "USER#" + userID }

    private static let sortPrefix = "U#"

    /// The sort key of the item that stands for a user among others of the same partition.
    static func sort(of userID: String) -> String { sortPrefix + userID }

    /// The user for whom an item with such a sort key stands.
    ///
    /// - Parameter entity: what the item is, for the error.
    static func userID(of item: Item, _ entity: String) throws(MalformedItem) -> String {
        let sort = try ItemReader(item, entity).string(ItemKey.sortName)
        guard sort.hasPrefix(sortPrefix) else { throw MalformedItem(entity, ItemKey.sortName) }
        return String(sort.dropFirst(sortPrefix.count))
    }
}
