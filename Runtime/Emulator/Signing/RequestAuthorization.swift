/// What is asked of a request's signature.
enum RequestAuthorization: Sendable {
    /// A signature may be missing; one that is there must be whole.
    case formOnly
    case verified(SignatureVerifier)

    func check(_ request: HTTPRequest) throws(AuthorizationFailure) {
        let signature = try RequestSignature(request)
        guard case .verified(let verifier) = self else { return }
        guard let signature else { throw .missing }
        try verifier.verify(signature, of: request)
    }
}
