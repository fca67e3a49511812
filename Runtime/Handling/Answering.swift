package import Events
import JSON
package import LambdaRuntime
package import Services

/// Runs a handler's work, answers for what goes wrong on the way in words and codes that a client can act on (R3), and
/// counts what is refused, whoever refused it, by its code.
///
/// - Parameter function: the template's name of it.
/// - Returns: the work's reply; where it throws, 4xx for a request that can't be taken, 503 for what another try may
///   bring, and 500 for what no client can do anything about: a rejected call, a malformed item. The log has that
///   error.
package func answering(
    by function: String, _ context: InvocationContext, _ work: () async throws -> HTTPReply
) async -> HTTPReply {
    let reply: HTTPReply
    do {
        reply = try await work()
    } catch let error as RequestError {
        reply = HTTPReply(error)
    } catch {
        reply = HTTPReply(failure: error)
        if reply.statusCode == HTTPReply.Status.internalError.rawValue {
            context.logger.error("\(error)", ["errorType": .string("\(type(of: error))")])
        }
    }
    if let code = reply.code { context.countRefusal(code, by: function) }
    return reply
}

extension ServiceError {
    /// What a client is told, which then may try again; nil if no client can do anything about it.
    package var advice: (code: String, message: String)? {
        switch self {
        case .throttled, .conflict: ("BUSY", "We are very busy just now. Nothing was changed. Try again.")
        case .unavailable: ("UNAVAILABLE", "This does not work just now. Nothing was changed. Try again.")
        case .unknownOutcome:
            ("OUTCOME_UNKNOWN", "We can't tell whether this was done. Try again: it is never done twice.")
        case .rejected: nil
        }
    }
}

extension HTTPReply {
    /// How long clients wait before they try again, in seconds.
    private static let retryAfterSeconds = 1

    fileprivate init(failure error: any Error) {
        if let advice = (error as? ServiceError)?.advice {
            self.init(
                .serviceUnavailable, code: advice.code, message: advice.message,
                headers: ["retry-after": String(Self.retryAfterSeconds)])
        } else {
            self.init(
                .internalError, code: "INTERNAL",
                message: "Something is wrong on our side, and we have been told. Try again later.")
        }
    }
}
