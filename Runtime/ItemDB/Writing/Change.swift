package import Expressions
package import Items
package import Time

/// What the writes that are asked for within its scope are made for.
package enum WriteCause {
    /// The tracing header of the request.
    @TaskLocal package static var trace: String?
}

/// One committed change of one item.
package struct Change: Sendable {
    package enum Cause: Int64, Hashable, Sendable {
        case request = 0
        /// The item's time to live had passed.
        case expiry = 1
    }

    /// Rises with every change of the database, whichever the table.
    package var sequence: Int64
    package var table: String
    package var keySchema: KeySchema
    package var old: StoredItem?
    package var new: StoredItem?
    package var at: Timestamp
    package var cause: Cause
    /// ``WriteCause/trace`` of the write; not kept in the file.
    package var trace: String?

    /// The key attributes.
    package var key: Item {
        (new ?? old)?.attributes(keySchema.attributes.map(\.name)) ?? Item()
    }
}
