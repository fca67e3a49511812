/// A table by the name the product gives it. Which physical table that is, the adapter knows (on AWS from the
/// environment).
package struct TableName: Hashable, Sendable, RawRepresentable, CustomStringConvertible {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    package var description: String { rawValue }
}

/// The primary key of one item. Every table of the bundle has a string partition key `pk` and a string sort key `sk`.
package struct ItemKey: Hashable, Sendable {
    package static let partitionName = "pk"
    package static let sortName = "sk"

    package var table: TableName
    package var partition: String
    package var sort: String

    package init(_ table: TableName, _ partition: String, _ sort: String) {
        self.table = table
        self.partition = partition
        self.sort = sort
    }

    /// The key as DynamoDB takes it.
    package var attributes: Item {
        [Self.partitionName: .string(partition), Self.sortName: .string(sort)]
    }
}
