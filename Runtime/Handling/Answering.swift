package import Events
import Services

/// Runs a handler's work and answers for what goes wrong on the way in words and codes that a client can act on (R3).
///
/// - Throws: what no user can do anything about: a rejected call, a malformed item. The caller sees 500, the operator
///   the error.
package func answering(_ work: () async throws -> HTTPReply) async throws -> HTTPReply {
    do {
        return try await work()
    } catch let error as RequestError {
        return HTTPReply(error)
    } catch let error as ServiceError {
        switch error {
        case .throttled, .conflict:
            return .tryAgain(code: "BUSY", message: "We are very busy just now. Nothing was changed. Try again.")
        case .unavailable:
            return .tryAgain(
                code: "UNAVAILABLE", message: "This does not work just now. Nothing was changed. Try again.")
        case .unknownOutcome:
            return .tryAgain(
                code: "OUTCOME_UNKNOWN",
                message: "We can't tell whether this was done. Try again: it is never done twice.")
        case .rejected: throw error
        }
    }
}

extension HTTPReply {
    /// How long clients wait before they try again, in seconds.
    private static let retryAfterSeconds = 1

    fileprivate static func tryAgain(code: String, message: String) -> HTTPReply {
        HTTPReply(
            .serviceUnavailable, code: code, message: message, headers: ["retry-after": String(retryAfterSeconds)])
    }
}
