package import Items

/// What a port throws: few cases, each with one right answer for the caller.
package enum ServiceError: Error, Hashable, Sendable {
    /// A condition failed or another write came between; nothing was written. `stored[i]` is the item that was found
    /// under the key of write `i` when its condition failed, and nil for the writes that would have gone through.
    case conflict(stored: [Item?])
    /// Nothing was written; the same call may work later.
    case throttled
    /// The answer was lost: the write may or may not have happened. Read before deciding.
    case unknownOutcome(String)
    /// The service can't be reached or failed; nothing was written.
    case unavailable(String)
    /// The service refuses the call as it stands: a bug or a missing permission. The text is for operators.
    case rejected(String)
}

/// For operators. Tells nothing of items.
extension ServiceError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .conflict: "a condition failed, or another write came between"
        case .throttled: "the service is busy"
        case .unknownOutcome(let why): "the answer was lost: \(why)"
        case .unavailable(let why): "the service can't be reached or failed: \(why)"
        case .rejected(let why): "the service refuses the call: \(why)"
        }
    }
}
