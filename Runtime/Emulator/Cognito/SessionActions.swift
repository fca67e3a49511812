import JSON
import Template
import Time

// Going on with a sign-in, and ending it.
extension CognitoService {
    func refresh(
        _ token: String, in pool: UserPool, _ client: UserPoolClientResource, _ metadata: [String: String],
        secretHash: String?, _ reply: @escaping Reply
    ) throws(ServiceFault) {
        let (session, user) = try self.session(of: token, in: pool, client)
        try client.check(secretHash: secretHash, of: [user.username, user.sub] + user.attributes.values)
        issue(user, session, client, pool, "RefreshTokens", metadata) { result in
            reply(result.map { ["AuthenticationResult": .object($0), "ChallengeParameters": [:]] })
        }
    }

    /// Whose token that is.
    private func session(
        of token: String, in pool: UserPool, _ client: UserPoolClientResource
    ) throws(ServiceFault) -> (PoolSession, PoolUser) {
        guard let id = RefreshToken.sessionID(in: token) else { throw .notAuthorized("Invalid Refresh Token") }
        guard let session = pool.sessions[id] else { throw .notAuthorized("Refresh Token has been revoked") }
        let (hash, now) = (RefreshToken.hash(token), host.clock.now.milliseconds)
        let isCurrent = session.tokenHash == hash
        guard isCurrent || (session.previousHash == hash && now < session.previousUntil ?? 0),
            session.clientID == client.id
        else { throw .notAuthorized("Invalid Refresh Token") }
        guard now < session.expiresAt else { throw .notAuthorized("Refresh Token has expired") }
        guard let user = pool.users[session.userKey] else { throw .noUser }
        guard user.isEnabled else { throw .disabled }
        return (session, user)
    }

    func getTokensFromRefreshToken(_ request: PoolRequest, _ reply: @escaping Reply) throws(ServiceFault) {
        let (pool, client) = try client(of: request)
        let token = try request.text("RefreshToken")
        try checkSecret(request, client)
        let (found, user) = try session(of: token, in: pool, client)
        issue(user, found, client, pool, "RefreshTokens", request.metadata) { [self] result in
            proceed(result, reply) { (tokens) throws(ServiceFault) in
                var tokens = tokens
                if let grace = client.rotationGraceSeconds {
                    var session = found
                    let next = RefreshToken.text(session: session.id, secret: host.identifiers.bytes(48))
                    session.previousHash = RefreshToken.hash(token)
                    session.previousUntil = (host.clock.now + .seconds(grace)).milliseconds
                    session.tokenHash = RefreshToken.hash(next)
                    pool.save(session)
                    tokens["RefreshToken"] = .string(next)
                }
                reply(.success(["AuthenticationResult": .object(tokens)]))
            }
        }
    }

    private func checkSecret(_ request: PoolRequest, _ client: UserPoolClientResource) throws(ServiceFault) {
        let given = try request.optionalText("ClientSecret")
        guard client.secret != nil || given == nil, client.secret == given else {
            throw .notAuthorized("Unable to verify secret for client \(client.id)")
        }
    }

    func revokeToken(_ request: PoolRequest) throws(ServiceFault) -> JSONValue {
        let (pool, client) = try client(of: request)
        let token = try request.text("Token")
        try checkSecret(request, client)
        guard client.canRevokeTokens else {
            throw ServiceFault(
                code: "UnsupportedOperationException", message: "Token revocation is not enabled for this client.")
        }
        guard token.split(separator: ".").count == 2 else {
            throw ServiceFault(
                code: "UnsupportedTokenTypeException", message: "Token type is not supported: only refresh tokens are.")
        }
        // One that is no longer known is as good as revoked.
        guard let session = RefreshToken.sessionID(in: token).flatMap({ pool.sessions[$0] }) else { return [:] }
        guard session.clientID == client.id else {
            throw ServiceFault(code: "UnauthorizedException", message: "The token is not of this client.")
        }
        if session.tokenHash == RefreshToken.hash(token) { pool.remove(session) }
        return [:]
    }

    func globalSignOut(
        _ request: PoolRequest, _ signedIn: SignedIn, _ reply: @escaping Reply
    ) throws(ServiceFault) {
        signOutEverywhere(signedIn.user, in: signedIn.pool)
        reply(.success([:]))
    }

    func signOutEverywhere(_ user: PoolUser, in pool: UserPool) {
        var user = user
        pool.endSessions(of: user)
        user.signedOutAt = host.clock.now.milliseconds
        pool.save(user, modified: false)
    }
}
