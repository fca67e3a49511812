package import Items

/// What a decision comes to: a refusal that the user reads, or a result with the writes that make it true.
///
/// The result holds only once the writes are committed, all together.
package enum Decision<Result: Sendable, Reason: Refusal>: Sendable {
    case accepted(Result, writes: [ItemWrite])
    case refused(Reason)

    package var refusal: Reason? {
        if case .refused(let reason) = self { reason } else { nil }
    }
    package var result: Result? {
        if case .accepted(let result, _) = self { result } else { nil }
    }
    /// Empty for a refusal, and for a request that was carried out before.
    package var writes: [ItemWrite] {
        if case .accepted(_, let writes) = self { writes } else { [] }
    }
}

extension Decision: Equatable where Result: Equatable {}

/// Why a request is turned down, in words that a user can act on.
package protocol Refusal: Hashable, Sendable {
    /// The stable names by which clients tell refusals apart; they are part of the API.
    associatedtype Code: RawRepresentable<String>, CaseIterable, Hashable, Sendable
    var code: Code { get }
    /// What happened, then what to do next. Never holds an identifier or anything a user typed.
    var message: String { get }
}
