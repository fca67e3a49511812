package import Items
import Services

/// One try at reading, deciding and committing.
package struct Attempt: Sendable {
    package enum Reason: Sendable {
        case first
        /// The commit before this failed on the items it found, in the order of its writes; nil where a write would
        /// have gone through, where there was no item, and where another commit was under way.
        case conflict(stored: [Item?])
        /// The answer to the commit before this was lost: what it wanted may stand already.
        case lostAnswer
    }

    /// 1 for the first.
    package let number: Int
    package let reason: Reason

    /// Names the attempt's commit to the store: the same if a client library sends it again, another for what another
    /// attempt decides.
    ///
    /// - Parameter requestID: the invocation's, a UUID.
    package func token(_ requestID: String) -> String {
        // 36 characters are all that the store takes, and a UUID has as many: without dashes, 4 are left.
        String(requestID.filter { $0 != "-" }.prefix(32)) + "-\(number)"
    }
}

/// Reads, decides and commits again while other writes come between, from the start each time: what was decided on old
/// facts is never resent.
///
/// - Parameter attemptsMax: 1...9.
/// - Throws: the last conflict or lost answer, and every other error at once. Once an answer was lost, whatever fails
///   afterwards leaves open whether that commit stands, and is thrown as a lost answer too.
package func retryingConflicts<Result>(
    attemptsMax: Int = 5, _ attempt: (Attempt) async throws -> Result
) async throws -> Result {
    var reason = Attempt.Reason.first
    var number = 1
    var mayBeDone = false
    while true {
        do {
            return try await attempt(Attempt(number: number, reason: reason))
        } catch ServiceError.conflict(let stored) where number < attemptsMax {
            reason = .conflict(stored: stored)
        } catch ServiceError.unknownOutcome where number < attemptsMax {
            reason = .lostAnswer
            mayBeDone = true
        } catch let error as ServiceError where mayBeDone {
            throw ServiceError.unknownOutcome("the answer before was lost, and then: \(error)")
        }
        number += 1
    }
}
