import JSON

/// Why a request can't be taken at all: the caller's mistake, found before any rule is looked at.
package enum RequestError: Error, Hashable, Sendable {
    /// No verified subject (R1).
    case notLoggedIn
    /// For administrators only (R4).
    case notAdministrator
    case routeUnknown
    case bodyMissing
    case bodyEncoding
    /// Both count from 1.
    case bodySyntax(line: Int, column: Int, reason: String)
    /// The path of a member that is missing or of a wrong type; empty for the body as a whole.
    case field(String)
    case parameter(String)
    case idempotencyKey
}

extension HTTPReply {
    /// 401, 403, 404 or 400, with the place of the mistake as far as it has one.
    package init(_ error: RequestError) {
        switch error {
        case .notLoggedIn:
            self.init(.unauthorized, code: "NOT_LOGGED_IN", message: "Log in first, then try again.")
        case .notAdministrator:
            self.init(.forbidden, code: "ADMINISTRATORS_ONLY", message: "Only administrators can do this.")
        case .routeUnknown:
            self.init(.notFound, code: "ROUTE_UNKNOWN", message: "There is nothing at this address.")
        case .bodyMissing:
            self.init(.badRequest, code: "BODY_MISSING", message: "The request has no body. Send one in JSON.")
        case .bodyEncoding:
            self.init(.badRequest, code: "BODY_NOT_BASE64", message: "The request's body is not the base64 it says.")
        case .bodySyntax(let line, let column, let reason):
            self.init(
                .badRequest, code: "BODY_NOT_JSON", message: "The request's body is not JSON: see line and column.",
                details: ["line": .number(.init(line)), "column": .number(.init(column)), "reason": .string(reason)])
        case .field(let path):
            self.init(
                .badRequest, code: "FIELD_INVALID", message: "A field of the request is missing or of a wrong type.",
                details: ["field": .string(path)])
        case .parameter(let name):
            self.init(
                .badRequest, code: "PARAMETER_INVALID", message: "A parameter of the address is missing or wrong.",
                details: ["parameter": .string(name)])
        case .idempotencyKey:
            self.init(
                .badRequest, code: "IDEMPOTENCY_KEY_INVALID",
                message:
                    "Send a header Idempotency-Key of 8 to 64 letters, digits, dashes or underscores, new for each "
                    + "thing you want and the same when you ask for it again.")
        }
    }
}
