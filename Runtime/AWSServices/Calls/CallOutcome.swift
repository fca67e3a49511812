import HTTPTransport
import JSON
import Services

/// What came of one try at a call.
enum CallOutcome {
    /// Null when there is no body.
    case success(JSONValue)
    /// Refused with that error; its members are in the value.
    case refused(error: String, JSONValue)
    /// Not done; the same may work later.
    case busy(String)
    /// The service failed in the middle: done or not, nobody knows.
    case failed(String)
    /// The answer was lost.
    case lost(String)
    /// The service was not reached.
    case unreached(String)

    /// - Note: Source: Smithy, "AWS JSON 1.0 protocol" and "AWS restJson1 protocol", operation error serialization.
    init(_ response: HTTPResponse) {
        let body = response.body.isEmpty ? JSONValue.null : try? parseJSON(response.body)
        switch (response.status, body) {
        case (200..<300, let body?):
            self = .success(body)
            return
        case (200..<300, nil):
            self = .lost("the answer is no JSON")
            return
        default: break
        }
        // `com.amazonaws.dynamodb.v20120810#ThrottlingException`, `GoneException:http://…`
        let type = body?["__type"]?.string ?? response.header("x-amzn-errortype") ?? ""
        let error =
            type.split(separator: "#").last?.split(separator: ":").first.map(String.init) ?? "status \(response.status)"
        if response.status == 429 || Self.busyErrors.contains(error) {
            self = .busy(error)
        } else if response.status >= 500 {
            // 503 among them: by itself it may come from whoever stands before the service, which went on.
            self = .failed("status \(response.status)")
        } else {
            self = .refused(error: error, body ?? .null)
        }
    }

    private static let busyErrors: Set = [
        "LimitExceededException", "ProvisionedThroughputExceededException", "ReplicatedWriteConflictException",
        "RequestLimitExceeded", "RequestThrottled", "ThrottlingException", "TooManyRequestsException",
        "TransactionConflictException", "TransactionInProgressException",
    ]
}

/// What a service answers in the end.
enum CallAnswer {
    case success(JSONValue)
    case refused(error: String, JSONValue)
}

extension RetryPolicy {
    /// Calls until there is an answer, as often as the policy allows: for what may happen twice.
    ///
    /// - Throws: `.throttled`, `.unavailable` if the service was never reached, `.unknownOutcome` if it may have done
    ///   what was asked.
    func answer(
        to operation: String, _ call: () -> CallOutcome
    ) async throws(ServiceError) -> CallAnswer {
        // Why a try before this one may have been carried out.
        var mayBeDone: String?
        var attempt = 1
        while true {
            let error: ServiceError
            switch call() {
            case .success(let answer): return .success(answer)
            case .refused(let name, let answer): return .refused(error: name, answer)
            case .busy: error = .throttled
            case .unreached(let why): error = .unavailable("\(operation): \(why)")
            case .failed(let why), .lost(let why):
                mayBeDone = why
                error = .unknownOutcome("\(operation): \(why)")
            }
            guard await goesOn(after: attempt) else {
                if let mayBeDone { throw .unknownOutcome("\(operation): \(mayBeDone)") }
                throw error
            }
            attempt += 1
        }
    }
}

extension ServiceError {
    /// What a service refuses. Its words name operations, members and types, never what users typed.
    static func rejection(_ operation: String, _ error: String, _ answer: JSONValue) -> ServiceError {
        let message = answer["message"]?.string ?? answer["Message"]?.string ?? ""
        return .rejected("\(operation): \(error): \(message)")
    }
}
