package import Expressions
package import Items

/// What of an item an index holds, besides the keys of the table and of the index.
package enum Projection: Hashable, Sendable {
    case all
    case keysOnly
    case include([String])
}

package struct IndexDefinition: Hashable, Sendable {
    package var name: String
    /// Local indexes share the table's partition key.
    package var isLocal: Bool
    package var key: KeySchema
    package var projection: Projection

    package init(name: String, isLocal: Bool = false, key: KeySchema, projection: Projection = .all) {
        self.name = name
        self.isLocal = isLocal
        self.key = key
        self.projection = projection
    }
}

/// What a stream shows of each change; raw values as on the wire. The store keeps both images whatever the view is.
package enum StreamView: String, Hashable, Sendable {
    case keysOnly = "KEYS_ONLY"
    case newImage = "NEW_IMAGE"
    case oldImage = "OLD_IMAGE"
    case newAndOldImages = "NEW_AND_OLD_IMAGES"
}

/// A table to be created. Names, counts and sizes are the caller's to check.
package struct TableDefinition: Sendable {
    package var name: String
    package var key: KeySchema
    package var indexes: [IndexDefinition]
    package var stream: StreamView?
    /// The attribute that holds the time of expiry, in seconds since 1970.
    package var timeToLive: String?
    /// What the caller wants kept with the table (billing, tags, …); the store does not look into it.
    package var settings: Item

    package init(
        name: String, key: KeySchema, indexes: [IndexDefinition] = [], stream: StreamView? = nil,
        timeToLive: String? = nil, settings: Item = Item()
    ) {
        self.name = name
        self.key = key
        self.indexes = indexes
        self.stream = stream
        self.timeToLive = timeToLive
        self.settings = settings
    }
}

/// Changes of a table; what is nil or empty stays as it is.
package struct TableUpdate: Sendable {
    /// Filled from the items there are before the update is answered.
    package var createdIndexes: [IndexDefinition] = []
    package var deletedIndexes: [String] = []
    package var stream: Change<StreamView> = .keep
    package var timeToLive: Change<String> = .keep
    package var settings: Item?

    package enum Change<Value: Sendable>: Sendable {
        case keep
        case set(Value)
        case clear
    }

    package init() {}
}
