import NIOHTTP1

/// What is asked of a request's signature.
enum RequestAuthorization: Sendable {
    /// A signature may be missing; one that is there must be whole.
    case formOnly
    case verified(SignatureVerifier)

    func check(_ request: HTTPRequest) throws(AuthorizationFailure) {
        switch self {
        case .formOnly: _ = try SignedHeader(request.headers)
        case .verified(let verifier):
            if request.query.contains("X-Amz-Algorithm") { try refuseQuery(request) }
            guard let header = try SignedHeader(request.headers) else { throw .missing }
            try verifier.verify(header, of: request)
        }
    }

    /// Presigned requests: AWS takes them, hardly anyone sends them to DynamoDB.
    private func refuseQuery(_ request: HTTPRequest) throws(AuthorizationFailure) {
        guard request.headers.contains(name: "Authorization") else {
            throw .incomplete("The emulator verifies signatures in the header 'Authorization' only, not in the query.")
        }
        throw .invalid("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
    }
}
