import JSON
import NIOHTTP1
import Template
import Time
import Tokens

// Giving tokens to who has signed in.
extension CognitoService {
    /// Calls the PostAuthentication trigger and gives tokens.
    func complete(
        _ user: PoolUser, _ signIn: SignIn, _ source: String, _ metadata: [String: String], _ reply: @escaping Reply
    ) {
        let pool = signIn.pool
        let call = TriggerCall(
            trigger: "PostAuthentication", source: "PostAuthentication_Authentication", username: user.username,
            clientID: signIn.client.id,
            request: [
                "userAttributes": .object(triggerAttributes(of: user)), "newDeviceUsed": false,
                "clientMetadata": .object(JSONObject(texts: metadata)),
            ],
            response: [:])
        triggers.call(call, of: pool.resource) { [self] result in
            proceed(result, reply) { (_) throws(ServiceFault) in
                guard let user = pool.users[pool.key(of: user)] else { throw .noUser }
                pool.forgetExpiredSessions(of: user)
                let now = host.clock.now
                let session = host.identifiers.requestID()
                let token = RefreshToken.text(session: session, secret: host.identifiers.bytes(48))
                let entry = PoolSession(
                    id: session, userKey: pool.key(of: user), clientID: signIn.client.id,
                    authenticatedAt: now.secondsRoundedDown,
                    expiresAt: (now + .seconds(signIn.client.refreshTokenSeconds)).milliseconds,
                    eventID: host.identifiers.requestID(), tokenHash: RefreshToken.hash(token))
                issue(user, entry, signIn.client, pool, source, metadata) { result in
                    self.proceed(result, reply) { (tokens) throws(ServiceFault) in
                        pool.save(entry)
                        var tokens = tokens
                        tokens["RefreshToken"] = .string(token)
                        reply(.success(["AuthenticationResult": .object(tokens), "ChallengeParameters": [:]]))
                    }
                }
            }
        }
    }

    /// Asks the PreTokenGeneration trigger and signs an ID token and an access token.
    ///
    /// - Parameter source: what follows `TokenGeneration_`.
    func issue(
        _ user: PoolUser, _ session: PoolSession, _ client: UserPoolClientResource, _ pool: UserPool, _ source: String,
        _ metadata: [String: String], completion: @escaping (Result<JSONObject, ServiceFault>) -> Void
    ) {
        var issue = TokenIssue(pool: pool, client: client, user: user, session: session, now: host.clock.now)
        let version = pool.resource.tokenGenerationVersion
        var request: JSONObject = [
            "userAttributes": .object(triggerAttributes(of: user)),
            "groupConfiguration": [
                "groupsToOverride": .array(issue.groups.map(JSONValue.string)),
                "iamRolesToOverride": .array(issue.roles.map(JSONValue.string)),
                "preferredRole": issue.preferredRole.map(JSONValue.string) ?? .null,
            ],
            "clientMetadata": .object(JSONObject(texts: metadata)),
        ]
        if version == "V2_0" { request["scopes"] = [.string(TokenIssue.scope)] }
        let call = TriggerCall(
            trigger: "PreTokenGeneration", source: "TokenGeneration_\(source)", username: user.username,
            clientID: client.id, request: request,
            response: version == "V2_0" ? ["claimsAndScopeOverrideDetails": .null] : ["claimsOverrideDetails": .null],
            version: version == "V2_0" ? "2" : "1")
        triggers.call(call, of: pool.resource) { result in
            let applied = result.flatMap { response in
                Result { () throws(ServiceFault) in try issue.apply(response, version: version) }
            }
            guard case .success = applied else { return completion(applied.map { [:] }) }
            pool.key.use { key in
                completion(
                    key.flatMap { key in
                        Result { () throws(ServiceFault) in try Self.signed(issue, by: key, client) }
                    })
            }
        }
    }

    private static func signed(
        _ issue: TokenIssue, by key: PoolKey.Ready, _ client: UserPoolClientResource
    ) throws(ServiceFault) -> JSONObject {
        do {
            return [
                "AccessToken": .string(try key.signing.sign(claims: issue.accessClaims())),
                "ExpiresIn": .number(JSONNumber(client.accessTokenSeconds)),
                "IdToken": .string(try key.signing.sign(claims: issue.idClaims())), "TokenType": "Bearer",
            ]
        } catch {
            throw ServiceFault(
                code: "InternalErrorException", message: "A token can't be signed: \(error)",
                status: .internalServerError)
        }
    }
}
