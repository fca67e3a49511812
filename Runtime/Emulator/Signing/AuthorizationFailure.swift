/// Why a request's signature is refused: AWS's type of error, and its words.
struct AuthorizationFailure: Error, Hashable {
    let type: String
    let message: String

    static let missing = AuthorizationFailure(
        type: "MissingAuthenticationTokenException", message: "Request is missing Authentication Token")
    static let unknownKey = AuthorizationFailure(
        type: "UnrecognizedClientException", message: "The security token included in the request is invalid.")

    static func incomplete(_ message: String) -> AuthorizationFailure {
        AuthorizationFailure(type: "IncompleteSignatureException", message: message)
    }

    static func invalid(_ message: String) -> AuthorizationFailure {
        AuthorizationFailure(type: "InvalidSignatureException", message: message)
    }
}
