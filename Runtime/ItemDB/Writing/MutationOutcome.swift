package import Expressions
package import Items

/// What a write found and left.
package struct MutationOutcome: Sendable {
    /// The item before; nil if there was none.
    package var old: StoredItem?
    /// The item after; nil if there is none. For a check, the item as it is.
    package var new: StoredItem?
    /// What was written to indexes, for capacity; indexes that were left alone are not listed.
    package var indexWrites: [IndexWrite] = []
}

/// A change of one index. A moved entry (`isMoved`) is deleted in one place and put in another: two writes.
package struct IndexWrite: Hashable, Sendable {
    package var index: String
    /// Sizes of the entry before and after, in bytes as DynamoDB counts them; nil where there is none.
    package var oldSizeBytes: Int?
    package var newSizeBytes: Int?
    package var isMoved: Bool
}

/// What a transaction did.
package struct TransactionOutcome: Sendable {
    /// In the order of the writes; of a repeated request, none.
    package var outcomes: [MutationOutcome]
    /// The token was seen before with the same request: nothing was written now.
    package var isRepeat: Bool
}

/// Why one write was not made.
package enum MutationFailure: Error, Sendable {
    /// The item that was there, if any.
    case conditionFailed(StoredItem?)
    /// The change could not be made from the item that was there.
    case rejected(ExpressionError)
    /// The new item has an unusable value for an index key.
    case indexKey(KeyFailure)
    /// The new item would have this many bytes.
    case tooLarge(sizeBytes: Int)
}

/// Why a request to the writer did nothing.
package enum WriteFailure: Error, Sendable {
    case mutation(MutationFailure)
    /// A transaction: the failure of each write in order, nil for those that would have gone through.
    case cancelled([MutationFailure?])
    /// The token was used within ten minutes for another request.
    case tokenReused
    case noSuchTable(String)
    case tableExists(String)
    case noSuchIndex(String)
    case indexExists(String)
    /// More requests wait than the queue may hold.
    case throttled
    case storage(StorageError)
}

/// The new item made from the stored one; nil stands for none in both places.
package typealias ItemChange = @Sendable (Item?) throws(ExpressionError) -> Item?

package typealias WriteCompletion<Value> = @Sendable (Result<Value, WriteFailure>) -> Void
