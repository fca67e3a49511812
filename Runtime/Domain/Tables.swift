package import Items

/// The bundle's tables, one per service (R88): no function writes another service's table but the paid vote and, for
/// orders, what sets stock aside and gives it back, which need one transaction across two.
extension TableName {
    package static let users = TableName(rawValue: "Users")
    package static let votings = TableName(rawValue: "Votings")
    package static let inventory = TableName(rawValue: "Inventory")
    package static let orders = TableName(rawValue: "Orders")
}

/// Names used by the items of every table.
enum ItemName {
    /// The sort key of an item that is alone under its partition key.
    static let meta = "META"
    static let firstIndexPartition = "gsi1pk"
    static let firstIndexSort = "gsi1sk"
    static let secondIndexPartition = "gsi2pk"
    static let secondIndexSort = "gsi2sk"
    /// From when DynamoDB may remove the item, in seconds since 1970; it does so some days later.
    static let expiry = "expiresAt"
}
