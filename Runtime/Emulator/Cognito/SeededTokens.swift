import JSON
import Template
import Time

// Tokens for who is in a pool, without a password: for flows, which are about what comes after signing in.
extension CognitoService {
    /// An ID token for the template's first client, signed by the pool.
    func token(of username: String, completion: @escaping (Result<String, ServiceFault>) -> Void) {
        guard let pool = pools.min(by: { $0.key < $1.key })?.value,
            let client = pool.clients.min(by: { $0.key < $1.key })?.value
        else { return completion(.failure(.badParameter("the template has no user pool with a client"))) }
        guard let user = pool.user(named: username) else { return completion(.failure(.noUser)) }
        let now = host.clock.now
        let session = PoolSession(
            id: host.identifiers.requestID(), userKey: pool.key(of: user), clientID: client.id,
            authenticatedAt: now.secondsRoundedDown,
            expiresAt: (now + Duration.seconds(client.refreshTokenSeconds)).milliseconds,
            eventID: host.identifiers.requestID(), tokenHash: "")
        issue(user, session, client, pool, "Authentication", [:]) { result in
            completion(result.map { $0["IdToken"]?.string ?? "" })
        }
    }

    /// Makes the keys that are not there yet, so that copies of the database share them.
    func makeKeys(completion: @escaping () -> Void) {
        var rest = pools.count
        guard rest > 0 else { return completion() }
        for pool in pools.values {
            pool.key.use { [host] _ in
                rest -= 1
                if rest == 0 { host.journal.afterCommit(completion) }
            }
        }
    }
}
